import type { IndexListener, PassageFacts } from "../index-parts";

/** What a transaction changed, to be told after it. */
export class Change {
  readonly #removed: number[] = [];
  readonly #added: PassageFacts[] = [];
  readonly #vectors = new Map<number, Float32Array>();
  /** Passages that have no vector now. */
  readonly pending: number[] = [];

  /** A passage that has gone, or whose facts are no longer true. */
  remove(no: number): void {
    this.#removed.push(no);
  }

  /** @param vector absent: it has none */
  add(facts: PassageFacts, vector: Float32Array | undefined): void {
    this.#added.push(facts);
    if (vector) this.#vectors.set(facts.no, vector);
    else this.pending.push(facts.no);
  }

  get removed(): readonly number[] {
    return this.#removed;
  }

  tell(listener: IndexListener): void {
    if (this.#removed.length > 0) listener.removed(this.#removed);
    if (this.#added.length > 0) listener.added(this.#added);
    for (const [no, vector] of this.#vectors) listener.embedded(no, vector);
  }
}
