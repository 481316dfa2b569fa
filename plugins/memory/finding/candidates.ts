import type { Database } from "bun:sqlite";
import type { Facts, Permitted } from "./facts";
import { fused, type Ranks, ranked, ranksOf, withRecency } from "./fusion";
import type { Term } from "./terms";
import type { TextIndex } from "./text-index";
import type { NearSlot, Slot, VectorIndex } from "./vector-index";
import { cosine, wholeVectors } from "./whole-vectors";

/** What candidates are looked for with. */
export interface Wanted {
  readonly terms: readonly Term[];
  readonly permitted: Permitted;
  /** ISO time, or a day. */
  readonly now: string;
  /** Whether words count. */
  readonly words: boolean;
  /** Of the question; absent when meaning does not count. */
  readonly vector: Float32Array | undefined;
}

/** A passage that may become a hit. */
export interface Candidate {
  readonly no: number;
  readonly id: string;
  readonly file: number;
  readonly score: number;
  readonly similarity: number | null;
  readonly vector: Float32Array | undefined;
}

interface Row {
  readonly no: number;
  readonly id: string;
  readonly date: string | null;
}
type Vectors = Map<number, Float32Array>;

/** Looks for passages by words and by meaning, and puts them into one order. */
export class Candidates {
  constructor(
    readonly database: Database,
    readonly facts: Facts,
    readonly texts: TextIndex,
    readonly index: VectorIndex | undefined,
  ) {}

  /** All that was found, best first. @param pool passages that each way finds at the most */
  best(wanted: Wanted, pool: number): Candidate[] {
    const { vector, now } = wanted;
    const vectors: Vectors = new Map();
    const ranks = this.#ranks(wanted, pool, vectors);
    const both = vector !== undefined && wanted.words;
    const candidates = this.#rows(ranks, vectors).map(({ no, id, date }) => {
      const slot = this.facts.slotOf(no)!;
      const places = ranks.get(slot)!;
      const own = vectors.get(no);
      return {
        no,
        id,
        file: this.facts.fileOf(slot),
        score: withRecency(both ? fused(own ? places : withoutVector(places)) : ranked(places), date, now),
        similarity: vector && own ? cosine(own, vector) : null,
        vector: own,
      };
    });
    return candidates.sort((a, b) => b.score - a.score || b.no - a.no);
  }

  #ranks({ vector, words, terms, permitted }: Wanted, pool: number, vectors: Vectors): Map<Slot, Ranks> {
    const near = vector ? this.#near(vector, pool, permitted, vectors) : [];
    return ranksOf(near, words ? this.texts.search(terms, pool, permitted) : []);
  }

  /** The nearest, put in order by their whole vectors. */
  #near(vector: Float32Array, pool: number, { allowed }: Permitted, vectors: Vectors): NearSlot[] {
    const found = this.index!.search(vector, pool, allowed).map(({ slot, score }) => ({
      slot,
      score,
      no: this.facts.noOf(slot),
    }));
    this.#read(
      vectors,
      found.map(({ no }) => no),
    );
    const exact = ({ no, score }: { no: number; score: number }) => {
      const own = vectors.get(no);
      return own ? cosine(own, vector) : score;
    };
    return found.map(near => ({ slot: near.slot, score: exact(near) })).sort((a, b) => b.score - a.score);
  }

  /** What is known of the candidates; the vectors of those that have one are read too. */
  #rows(ranks: ReadonlyMap<Slot, Ranks>, vectors: Vectors): Row[] {
    const nos = [...ranks.keys()].map(slot => this.facts.noOf(slot));
    if (this.index)
      this.#read(
        vectors,
        nos.filter(no => !vectors.has(no)),
      );
    return this.database
      .query<Row, [string]>("select no, id, date from passage where no in (select value from json_each(?))")
      .all(JSON.stringify(nos));
  }

  #read(vectors: Vectors, nos: readonly number[]): void {
    for (const [no, whole] of wholeVectors(this.database, nos)) vectors.set(no, whole);
  }
}

/** What has no vector yet is judged by its words twice: else whatever has one would stand before it. */
const withoutVector = (places: Ranks): Ranks => ({
  ...places,
  ...(places.words !== undefined && { meaning: places.words }),
});
