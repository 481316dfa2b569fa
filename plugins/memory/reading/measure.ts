import type { Tokenizer } from "../embedder";

/** Characters of a word that are counted at once. */
const BIT = 64;
/** Characters that cost a token at the least, whatever they are: so that nothing endless is cheap. */
const CHEAPEST = 40;
/** Words whose costs are remembered. */
const REMEMBERED = 50_000;
/** Tokens of the window that stay free: a text costs almost the sum of its words. */
const SPARE = 4;
/** Of an embedder that nothing is known of. */
const USUAL_WINDOW = 128;

/** Measures what texts cost of an embedder's window: as the sum of their words, each of which is counted once. */
export class Measure {
  /** Tokens of a text that is embedded. */
  readonly room: number;
  readonly #count: (word: string) => number;
  readonly #costs = new Map<string, number>();

  /** @param tokenizer without it, four letters are a token */
  constructor(tokenizer: Tokenizer | undefined, window = USUAL_WINDOW) {
    const base = tokenizer?.count("") ?? 0; // what begins and ends every text
    this.#count = tokenizer ? word => tokenizer.count(word) - base : roughly;
    this.room = Math.max(16, window - base - SPARE);
  }

  /** Tokens that a text costs, almost exactly. */
  tokens(text: string): number {
    let sum = 0;
    for (const word of text.match(/\S+/g) ?? []) sum += this.#costOf(word);
    return Math.max(sum, Math.ceil(text.length / CHEAPEST));
  }

  #costOf(word: string): number {
    if (word.length <= BIT) return this.#remembered(word);
    let sum = 0;
    for (let at = 0; at < word.length; at += BIT) sum += this.#count(word.slice(at, at + BIT));
    return sum;
  }

  #remembered(word: string): number {
    const known = this.#costs.get(word);
    if (known !== undefined) return known;
    if (this.#costs.size >= REMEMBERED) this.#costs.clear();
    const cost = this.#count(word);
    this.#costs.set(word, cost);
    return cost;
  }
}

/** Latin letters by fours, of other scripts each. */
function roughly(word: string): number {
  const others = word.match(/[^\p{ASCII}\p{Script=Latin}]/gu)?.length ?? 0;
  return others + Math.ceil((word.length - others) / 4);
}
