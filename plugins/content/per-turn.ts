/**
 * A value that is made once for all who ask in one turn of the event loop. Requests that are handled in one turn had all come in
 * before it began, so that none of them gets to see what was already past when it was sent.
 */
export class PerTurn<T> {
  #held: { readonly value: T } | undefined;

  constructor(readonly make: () => T) {}

  get value(): T {
    if (!this.#held) {
      this.#held = { value: this.make() };
      setImmediate(this.#forget);
    }
    return this.#held.value;
  }

  readonly #forget = (): void => {
    this.#held = undefined;
  };
}
