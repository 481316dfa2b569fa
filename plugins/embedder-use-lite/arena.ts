const PAGE = 65_536;

/** Memory of the kernels, handed out piece by piece and never taken back. */
export class Arena {
  readonly memory: WebAssembly.Memory;
  #end = 64;

  /** @param bytes all that will be asked for */
  constructor(bytes: number) {
    this.memory = new WebAssembly.Memory({ initial: Math.ceil((bytes + 64) / PAGE) });
  }

  /** Room for so many bytes, at a place that can be divided by 64. */
  take(bytes: number): number {
    const at = this.#end;
    this.#end += Math.ceil(bytes / 64) * 64;
    return at;
  }

  floats(at: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, at, length);
  }

  shorts(at: number, length: number): Int16Array {
    return new Int16Array(this.memory.buffer, at, length);
  }
}
