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
  words.forEach((word, at) => {
    if (!tells(word)) return;
    found.add(names.word(word));
    const next = pairs ? words[at + 1] : undefined;
    if (next && tells(next) && isBlank(prose, word.to, next.from)) found.add(names.pair(word, next));
  });
  for (const term of found) names.counts[term]!++;
  return found;
}

const tells = ({ stop, key }: Word) => !stop && key.length >= SHORTEST && key.length <= LONGEST;
const isBlank = (prose: string, from: number, to: number) => /^\s+$/.test(prose.slice(from, to));

/** Numbers of terms, how often they were counted, and how they are written. */
class Names {
  readonly keys: string[] = [];
  readonly counts: number[] = [];
  readonly #numbers = new Map<string, number>();
  /** One way of writing, or several and how often: most terms have one, and there are very many of them. */
  readonly #forms: (string | Map<string, number>)[] = [];

  word({ key, text }: Word): number {
    const form = /\p{Ll}/u.test(text) ? text : text.toLowerCase();
    const number = this.#numberOf(key, form);
    const held = this.#forms[number]!;
    if (typeof held !== "string") {
      if (held.has(form) || held.size < MOST_FORMS) held.set(form, (held.get(form) ?? 0) + 1);
    } else if (held !== form)
      this.#forms[number] = new Map([
        [held, this.counts[number]!],
        [form, 1],
      ]);
    return number;
  }

  /** As it was written first. */
  pair(one: Word, other: Word): number {
    const key = `${one.key} ${other.key}`;
    return this.#numbers.get(key) ?? this.#numberOf(key, `${one.text} ${other.text}`);
  }

  #numberOf(key: string, form: string): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.keys.push(key) - 1;
    this.counts.push(0);
    this.#forms.push(form);
    this.#numbers.set(key, number);
    return number;
  }

  shown(term: number): string {
    const forms = this.#forms[term]!;
    if (typeof forms === "string") return forms;
    return [...forms].reduce((best, form) => (form[1] > best[1] ? form : best))[0];
  }
}
