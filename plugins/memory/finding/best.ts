interface Scored<T> {
  readonly score: number;
  readonly item: T;
}

/** The best of many, of which only so many are kept: a heap with the worst of them on top. */
export class Best<T> {
  readonly #heap: Scored<T>[] = [];

  constructor(
    /** Kept at the most. */
    readonly most: number,
    /** Only what is better is kept. */
    readonly least = Number.NEGATIVE_INFINITY,
  ) {}

  /** What a score has to exceed to be kept. */
  get floor(): number {
    return this.#heap.length < this.most ? this.least : (this.#heap[0]?.score ?? Number.POSITIVE_INFINITY);
  }

  offer(score: number, item: T): void {
    if (!(score > this.floor)) return;
    if (this.#heap.length < this.most) this.#rise({ score, item });
    else this.#sink({ score, item });
  }

  /** Best first; of equal ones in no order. */
  sorted(): readonly Scored<T>[] {
    return this.#heap.toSorted((a, b) => b.score - a.score);
  }

  #rise(entry: Scored<T>): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    for (let up = (at - 1) >> 1; at > 0 && heap[up]!.score > entry.score; up = (at - 1) >> 1) {
      heap[at] = heap[up]!;
      at = up;
    }
    heap[at] = entry;
  }

  #sink(entry: Scored<T>): void {
    const heap = this.#heap;
    let at = 0;
    for (let down = 1; down < heap.length; down = 2 * at + 1) {
      if (down + 1 < heap.length && heap[down + 1]!.score < heap[down]!.score) down++;
      if (heap[down]!.score >= entry.score) break;
      heap[at] = heap[down]!;
      at = down;
    }
    heap[at] = entry;
  }
}
