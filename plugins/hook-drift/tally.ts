import type { Breath } from "./turns-of-work";
import { proseOf, type Word, wordsOf } from "./words";
import type { OwnPassage } from "./writing";

/** What a passage counts for: each of its terms once. */
interface Counted {
  readonly day: number;
  readonly path: string;
  readonly terms: Int32Array;
}

/** Which terms the passages of each day hold. A term is a word that says something, or two of them side by side. */
export interface Tally {
  /** Days with writing, in their order. */
  readonly days: readonly string[];
  readonly passages: readonly Counted[];
  /** Of each term its key. */
  readonly terms: readonly string[];
  /** Of each term in how many passages it stands. */
  readonly counts: Int32Array;
  /** Of each day how many terms its passages hold, all together. */
  readonly sizes: Float64Array;
  /** Words of all kinds, of each day. */
  readonly lengths: Float64Array;
  /** A term as it is written most often. */
  shown(term: number): string;
}

/** Letters of a word that is a term, at the least. */
const SHORTEST = 3;
/** Letters of one that is looked at; longer ones are not words. */
const LONGEST = 40;
const MOST_FORMS = 8;

/** @param pairs whether two words side by side are terms too */
export async function tally(passages: readonly OwnPassage[], pairs: boolean, rest: Breath): Promise<Tally> {
  const days = [...new Set(passages.map(({ date }) => date))].sort();
  const numbers = new Map(days.map((day, at) => [day, at]));
  const names = new Names();
  const sizes = new Float64Array(days.length);
  const lengths = new Float64Array(days.length);
  const counted: Counted[] = [];
  for (const { date, path, text } of passages) {
    const day = numbers.get(date)!;
    const prose = proseOf(text);
    const words = wordsOf(prose);
    const terms = Int32Array.from(termsOf(prose, words, pairs, names));
    lengths[day]! += words.length;
    sizes[day]! += terms.length;
    counted.push({ day, path, terms });
    await rest();
  }
  return {
    days,
    passages: counted,
    terms: names.keys,
    counts: Int32Array.from(names.counts),
    sizes,
    lengths,
    shown: term => names.shown(term),
  };
}

/** The terms of a passage, each once. */
function termsOf(prose: string, words: readonly Word[], pairs: boolean, names: Names): Set<number> {
  const found = new Set<number>();
  const put = (key: string, text: string) => {
    const term = names.take(key, text);
    if (!found.has(term)) names.counts[term]!++;
    found.add(term);
  };
  words.forEach((word, at) => {
    if (!tells(word)) return;
    put(word.key, word.text);
    const next = pairs ? words[at + 1] : undefined;
    if (next && tells(next) && /^\s+$/.test(prose.slice(word.to, next.from)))
      put(`${word.key} ${next.key}`, `${word.text} ${next.text}`);
  });
  return found;
}

const tells = ({ stop, key }: Word) => !stop && key.length >= SHORTEST && key.length <= LONGEST;

/** Numbers of terms, how often they were counted, and how they are written. */
class Names {
  readonly keys: string[] = [];
  readonly counts: number[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #forms: Map<string, number>[] = [];

  take(key: string, text: string): number {
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.keys.push(key) - 1;
      this.counts.push(0);
      this.#forms.push(new Map());
      this.#numbers.set(key, number);
    }
    const forms = this.#forms[number]!;
    const form = /\p{Ll}/u.test(text) ? text : text.toLowerCase();
    if (forms.has(form) || forms.size < MOST_FORMS) forms.set(form, (forms.get(form) ?? 0) + 1);
    return number;
  }

  shown(term: number): string {
    return [...this.#forms[term]!].reduce((best, form) => (form[1] > best[1] ? form : best))[0].replace(/\s+/g, " ");
  }
}
