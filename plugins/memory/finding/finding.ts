import type { Database } from "bun:sqlite";
import type { MemoryAnswer, MemoryHit, MemoryQuestion, SearchMode } from "../contract";
import { passageRows } from "../keeping/passage-rows";
import { type Candidate, Candidates } from "./candidates";
import type { Facts, Permitted } from "./facts";
import { HeldWords } from "./held-words";
import { reasonOf } from "./reasons";
import { type Term, telling, termsOf } from "./terms";
import type { TextIndex } from "./text-index";
import { unlike } from "./unlike";
import type { VectorIndex } from "./vector-index";

/** A question with its moment: ISO time, or a day. */
export type Asked = MemoryQuestion & { readonly now: string };

const LIMIT = 10;
const PER_FILE = 2;
/** Passages of each list that are looked at: at first, and at the most. */
const POOL = 100;
const MOST = 3200;

/** Finds the best passages: by words, by meaning, or by both. */
export class Finding {
  readonly #held: HeldWords;
  readonly #candidates: Candidates;

  constructor(
    readonly database: Database,
    readonly facts: Facts,
    texts: TextIndex,
    readonly index: VectorIndex | undefined,
  ) {
    this.#held = new HeldWords(database);
    this.#candidates = new Candidates(database, facts, texts, index);
  }

  answer(question: Asked, vector?: Float32Array): MemoryAnswer {
    const wanted = question.mode ?? "hybrid";
    const mode = vector && this.index ? wanted : "text";
    const terms = termsOf(question.text);
    const permitted = this.facts.permitted(question);
    const hits = this.#best(question, {
      terms,
      permitted,
      now: question.now,
      words: mode !== "semantic",
      vector: mode === "text" ? undefined : vector,
    });
    const note = wanted === "text" ? undefined : this.#note(mode, permitted);
    return { hits: this.#told(question, terms, hits), mode, ...(note !== undefined && { note }) };
  }

  #note(mode: SearchMode, { allowed, count }: Permitted): string | undefined {
    if (mode === "text") return "found by words alone: nothing can be searched by meaning at the moment";
    let pending = 0;
    for (let slot = 0; slot < allowed.length; slot++) if (allowed[slot] === 1 && !this.index!.has(slot)) pending++;
    return pending === 0 ? undefined : `${counted(pending)} of ${counted(count)} passages have no vector yet`;
  }

  /** Looks at more than the first candidates when files that have many of them leave too few. */
  #best({ limit = LIMIT, perFile = PER_FILE }: Asked, wanted: Parameters<Candidates["best"]>[0]): Candidate[] {
    for (let pool = Math.max(POOL, limit * 4); ; pool *= 4) {
      const candidates = this.#candidates.best(wanted, pool);
      const hits = unlike(candidates, { most: limit, perFile });
      if (hits.length >= limit || candidates.length < pool || pool >= MOST) return hits;
    }
  }

  #told({ now }: Asked, terms: readonly Term[], hits: readonly Candidate[]): MemoryHit[] {
    const nos = hits.map(({ no }) => no);
    const kept = new Map(passageRows(this.database, nos).map(row => [row.no, row]));
    const texts = nos.map(no => kept.get(no)!.words);
    const held = this.#held.in(texts, telling(terms));
    return hits.map(({ no, score, similarity }, at) => {
      const { passage } = kept.get(no)!;
      const words = held[at]!;
      const reason = reasonOf({ similarity, words, date: passage.date }, now);
      return { ...passage, score, similarity, words, reason };
    });
  }
}

const counted = (count: number): string => count.toLocaleString("en");
