/** Work that goes one after the other by a key: an account's, a thread's. What nobody waits for is forgotten. */
export class InTurn {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Does the work when all earlier work of this key is over, however that ended. */
  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#last.get(key) ?? Promise.resolve()).then(work);
    const over = turn.catch(() => {}).then(() => void (this.#last.get(key) === over && this.#last.delete(key)));
    this.#last.set(key, over);
    return turn;
  }
}
