/** Answers that are on their way or were given lately, by what was asked. Emptied whenever they may have become wrong. */
export class RecentAnswers<T> {
  readonly #answers = new Map<string, Promise<T>>();

  constructor(
    /** Answers that are kept at the most. */
    readonly size: number,
  ) {}

  /** The answer to a question: a recent one, or what `find` finds. One that fails is not kept. */
  get(question: string, find: () => Promise<T>): Promise<T> {
    const known = this.#answers.get(question);
    const answer = known ?? find();
    this.#answers.delete(question);
    this.#answers.set(question, answer);
    if (known) return known;
    if (this.#answers.size > this.size) this.#answers.delete(this.#answers.keys().next().value!);
    answer.catch(() => {
      if (this.#answers.get(question) === answer) this.#answers.delete(question);
    });
    return answer;
  }

  clear(): void {
    this.#answers.clear();
  }
}
