/** Texts as small numbers: the same text, the same number; null is 0. */
export class Interned {
  readonly #numbers = new Map<string | null, number>([[null, 0]]);
  readonly #texts: (string | null)[] = [null];

  number(text: string | null): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.#texts.length);
    return this.#texts.push(text) - 1;
  }

  text(number: number): string | null {
    return this.#texts[number]!;
  }

  /** For each number a byte: 1 when its text is as wanted. */
  where(wanted: (text: string | null) => boolean): Uint8Array {
    return Uint8Array.from(this.#texts, text => (wanted(text) ? 1 : 0));
  }
}
