/** Keeps the end of a text that comes in pieces. */
export class Tail {
  #bytes: Uint8Array = new Uint8Array(0);

  /** @param cap bytes to keep */
  constructor(readonly cap: number) {}

  push(chunk: Uint8Array): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]).subarray(-this.cap);
  }

  /** Reads a stream to its end. Never throws. */
  async drain(stream: ReadableStream<Uint8Array>): Promise<void> {
    try {
      for await (const chunk of stream) this.push(chunk);
    } catch {}
  }

  /** What was kept; a character that the cut went through is replaced. */
  get text(): string {
    return new TextDecoder().decode(this.#bytes).trim();
  }
}
