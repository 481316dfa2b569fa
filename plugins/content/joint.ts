/**
 * Work that many may ask for at once, done one at a time. Who asks while it is being done waits for the next time, and shares it with
 * all who ask meanwhile: everyone's answer is from work that began after they asked.
 */
export class Joint<T> {
  #now: Promise<T> | undefined;
  #next: Promise<T> | undefined;

  constructor(readonly work: () => Promise<T>) {}

  /** What work that begins now or later answers, or throws. */
  ask(): Promise<T> {
    if (!this.#now) return this.#next ?? this.#begin();
    this.#next ??= this.#now.then(this.#begin, this.#begin);
    return this.#next;
  }

  readonly #begin = (): Promise<T> => {
    this.#next = undefined;
    this.#now = this.work().finally(() => {
      this.#now = undefined;
    });
    return this.#now;
  };
}
