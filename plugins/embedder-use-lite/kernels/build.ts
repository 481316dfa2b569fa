/** `bun plugins/embedder-use-lite/kernels/build.ts`: writes kernels.wasm anew. */
import wabt from "wabt";
import { source } from "./module";

/** The bytes of `kernels.wasm`. */
export async function build(): Promise<Uint8Array> {
  const module = (await wabt()).parseWat("kernels.wat", source, { simd: true });
  module.validate();
  const { buffer } = module.toBinary({});
  module.destroy();
  return buffer;
}

if (import.meta.main) await Bun.write(new URL("../kernels.wasm", import.meta.url), await build());
