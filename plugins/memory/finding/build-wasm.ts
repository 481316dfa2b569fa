/** `bun plugins/memory/finding/build-wasm.ts`: makes vector-scan.wasm of vector-scan.wat. A test holds the two together. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import wabt from "wabt";

/** The bytes that the source gives. */
export async function built(): Promise<Uint8Array> {
  const source = readFileSync(join(import.meta.dir, "vector-scan.wat"), "utf8");
  const module = (await wabt()).parseWat("vector-scan.wat", source, { simd: true });
  return module.toBinary({}).buffer;
}

if (import.meta.main) writeFileSync(join(import.meta.dir, "vector-scan.wasm"), await built());
