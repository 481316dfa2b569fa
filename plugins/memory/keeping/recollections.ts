import type { Database, Statement } from "bun:sqlite";
import { shareIn, shinglesOf } from "./shingles";

/** Of the runs of three words of a passage: so many make it one that was only written down again. */
const SAME = 0.6;

/**
 * Tells what a session only wrote down again. A passage of the agent is recalled when at least three in five of its runs of three words stand in the
 * passages that its session was reminded of, quoted or not, whole or in part. These have to be in memory still, in a place of their own: what
 * was moved or mended is no recollection. Without a reminder nothing is recalled, however old the words are: then the agent thought them again.
 */
export class Recollections {
  readonly #row: Statement<{ who: string; text: string }, [number]>;
  readonly #known: Statement<{ no: number; text: string }, [string]>;

  constructor(database: Database) {
    this.#row = database.prepare("select who, text from passage where no = ?");
    this.#known = database.prepare("select no, text from passage where id = ?");
  }

  /**
   * Those of some new passages that are recalled.
   * @param reminded ids
   * @param fresh all passages that are new: none of them is what one was reminded of
   */
  among(nos: readonly number[], reminded: readonly string[], fresh: ReadonlySet<number>): readonly number[] {
    if (nos.length === 0 || reminded.length === 0) return [];
    const old = reminded.flatMap(id => this.#known.all(id)).filter(({ no }) => !fresh.has(no));
    const known = new Set(old.flatMap(({ text }) => [...shinglesOf(text)]));
    return nos.filter(no => {
      const { who, text } = this.#row.get(no)!;
      return who === "agent" && shareIn(shinglesOf(text), known) >= SAME;
    });
  }
}
