/** Milliseconds after which a value is made anew even within one turn: a busy loop takes in what was done meanwhile without ending its turn. */
const LONGEST = 0.2;

/**
 * A value that is made once for all who ask in one turn of the event loop. Requests that are handled in one turn had all come in
 * before it began, so that none of them gets to see what was already past when it was sent.
 */
export class PerTurn<T> {
  #held: { readonly value: T; readonly since: number } | undefined;

  constructor(readonly make: () => T) {}

  get value(): T {
    const now = performance.now();
    if (this.#held && now - this.#held.since < LONGEST) return this.#held.value;
    if (!this.#held) setImmediate(this.#forget);
    this.#held = { value: this.make(), since: now };
    return this.#held.value;
  }

  readonly #forget = (): void => {
    this.#held = undefined;
  };
}
