/** Vectors of the texts that were asked for last: what a wake asks stays the same until `prompt.md` changes, and people ask again. */
export class RecentVectors {
  readonly #vectors = new Map<string, Float32Array>();

  /** @param size how many are kept at the most */
  constructor(readonly size: number) {}

  get(text: string): Float32Array | undefined {
    const vector = this.#vectors.get(text);
    if (vector) this.#toTheEnd(text, vector);
    return vector;
  }

  /** Keeps a copy: a vector may lie in the embedder's own memory. */
  keep(text: string, vector: Float32Array): void {
    this.#toTheEnd(text, vector.slice());
    if (this.#vectors.size > this.size) this.#vectors.delete(this.#vectors.keys().next().value!);
  }

  #toTheEnd(text: string, vector: Float32Array): void {
    this.#vectors.delete(text);
    this.#vectors.set(text, vector);
  }
}
