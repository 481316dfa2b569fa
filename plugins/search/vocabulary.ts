import type { Database } from "bun:sqlite";
import { Stemmer } from "./stemmer";

/** Words beyond their beginning's stem that one query also asks for, at the most. */
const MOST_BEYOND = 16;
/** Only these lose an ending, and only beginnings of three letters or more. */
const STEMMED = /^[a-z]{4,}$/;
const SHORTEST = 3;

/** By how many documents a word became more or less frequent. */
export interface WordChange {
  readonly shown: string;
  by: number;
}

/** A word that completes a beginning. */
export interface Completion {
  readonly folded: string;
  readonly shown: string;
}

/** The words of the documents: for completing what somebody types. */
export class Vocabulary {
  readonly #stemmer: Stemmer;

  constructor(readonly db: Database) {
    this.#stemmer = new Stemmer(db);
  }

  /** Counts words of a kind anew. @param changes folded word → change */
  change(kind: number, changes: ReadonlyMap<string, WordChange>): void {
    const more = [...changes].filter(([, { by }]) => by > 0);
    const less = [...changes].filter(([, { by }]) => by < 0);
    const known = this.#known(more.map(([word]) => word));
    this.#learn(more.map(([word]) => word).filter(word => !known.has(word)));
    const add = this.db.query(
      `insert into word (folded, kind, shown, documents) values (?, ?, ?, ?)
       on conflict do update set documents = documents + excluded.documents`,
    );
    for (const [word, { shown, by }] of more) add.run(word, kind, shown, by);
    this.#lessen(kind, less);
  }

  /** Words that begin so, without their stem doing it: a query for the beginning of a stem does not find them. */
  beyond(beginning: string): string[] {
    return this.db
      .query<{ word: string }, [string, number]>(
        "select min(word) as word from beyond where beginning = ? group by stem limit ?",
      )
      .all(beginning, MOST_BEYOND)
      .map(({ word }) => word);
  }

  /** The most frequent words that begin so, the beginning itself left out. @param kinds numbers of the kinds that count */
  completions(beginning: string, kinds: readonly number[], most: number): Completion[] {
    return this.db
      .query<Completion, [string, string, string, number]>(
        `select folded, shown, sum(documents) as documents from word
         where folded > ? and folded < ? and kind in (select value from json_each(?))
         group by folded order by documents desc, folded limit ?`,
      )
      .all(beginning, `${beginning}\u{10FFFF}`, JSON.stringify(kinds), most)
      .map(({ folded, shown }) => ({ folded, shown }));
  }

  /** Which of these words any kind has. */
  #known(words: readonly string[]): Set<string> {
    const rows = this.db
      .query<{ folded: string }, [string]>("select folded from word where folded in (select value from json_each(?))")
      .all(JSON.stringify(words));
    return new Set(rows.map(row => row.folded));
  }

  #lessen(kind: number, less: readonly (readonly [word: string, change: WordChange])[]): void {
    const lower = this.db.query("update word set documents = documents + ? where folded = ? and kind = ?");
    const forget = this.db.query("delete from word where folded = ? and kind = ? and documents <= 0");
    for (const [word, { by }] of less) {
      lower.run(by, word, kind);
      forget.run(word, kind);
    }
    const words = less.map(([word]) => word);
    const known = this.#known(words);
    const unlearn = this.db.query("delete from beyond where word = ?");
    for (const word of words) if (!known.has(word)) unlearn.run(word);
  }

  #learn(words: readonly string[]): void {
    const stemmed = words.filter(word => STEMMED.test(word)).map(word => ({ word, beginnings: beginningsOf(word) }));
    const stems = this.#stemmer.stems([...new Set(stemmed.flatMap(({ word, beginnings }) => [word, ...beginnings]))]);
    const insert = this.db.query("insert or ignore into beyond (beginning, word, stem) values (?, ?, ?)");
    for (const { word, beginnings } of stemmed) {
      const stem = stems.get(word) ?? word;
      for (const beginning of beginnings)
        if (!stem.startsWith(stems.get(beginning) ?? beginning)) insert.run(beginning, word, stem);
    }
  }
}

function beginningsOf(word: string): string[] {
  return Array.from({ length: word.length - SHORTEST }, (_, at) => word.slice(0, SHORTEST + at));
}
