import { readModelFile } from "./model-folder";

interface Manifest {
  readonly weightsManifest: readonly [
    {
      readonly paths: readonly string[];
      readonly weights: readonly { readonly name: string; readonly shape: readonly number[] }[];
    },
  ];
}

/** The numbers of the model as its files hold them, by name. */
export class Tensors {
  #bytes: ArrayBuffer;
  readonly #places = new Map<string, { readonly at: number; readonly length: number }>();

  /** @throws ModelFault */
  constructor(folder: string) {
    const {
      weightsManifest: [{ paths, weights }],
    }: Manifest = JSON.parse(readModelFile(folder, "model.json").toString());
    let at = 0;
    for (const { name, shape } of weights) {
      const length = shape.reduce((product, size) => product * size, 1);
      this.#places.set(name, { at, length });
      at += 4 * length;
    }
    this.#bytes = new ArrayBuffer(at);
    const all = new Uint8Array(this.#bytes);
    let filled = 0;
    for (const path of paths) {
      const shard = readModelFile(folder, path);
      all.set(shard, filled);
      filled += shard.length;
    }
  }

  /** Row after row. Valid until `close`. */
  floats(name: string): Float32Array {
    const { at, length } = this.#places.get(name)!;
    return new Float32Array(this.#bytes, at, length);
  }

  /** Gives the memory back at once. */
  close(): void {
    this.#bytes = this.#bytes.transfer(0);
  }
}
