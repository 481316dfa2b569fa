import { Database } from "bun:sqlite";
import { beforeAll, describe, expect, test } from "bun:test";
import { telling, termsOf } from "../../plugins/memory/finding/terms";
import { TOKENIZER } from "../../plugins/memory/keeping/tables";
import { notes, ordinary, paraphrases } from "../fixtures/memory-quality";
import { parts, type QualityFigures, qualityFigures, sets } from "../fixtures/memory-quality-figures";

/** What chance may do to a figure: one question of fifty. */
const HAIR = 0.02;

describe("the texts by which search is judged", () => {
  const texts = new Map(notes().map(({ id, text }) => [id, text]));
  /** Share of a question's telling words that stand in the passage it seeks. */
  function overlap({ question, id }: { question: string; id: string }): number {
    using database = new Database(":memory:");
    database.run(`create virtual table words using fts5 (text, tokenize = '${TOKENIZER}')`);
    database.query("insert into words values (?)").run(texts.get(id)!);
    const terms = telling(termsOf(question));
    return (
      terms.filter(({ match }) => database.query("select 1 from words where words match ?").get(match)).length /
      terms.length
    );
  }
  test("are many, and each question seeks a passage that there is", () => {
    expect(texts.size).toBeGreaterThanOrEqual(250);
    expect(Math.min(paraphrases.length, ordinary.length)).toBeGreaterThanOrEqual(60);
    expect([...paraphrases, ...ordinary].filter(({ id }) => !texts.has(id))).toEqual([]);
    expect(new Set(texts.values()).size).toBe(texts.size);
  });
  test("paraphrases share hardly a word with their passage; ordinary questions share some", () => {
    const mean = (list: readonly { question: string; id: string }[]) =>
      list.reduce((sum, sought) => sum + overlap(sought), 0) / list.length;
    expect(mean(paraphrases)).toBeLessThan(0.1);
    expect(mean(ordinary)).toBeWithin(0.5, 0.95);
  });
});

describe("quality of search, with the real embedder", () => {
  let figures: QualityFigures;
  beforeAll(async () => {
    figures = await qualityFigures();
  }, 60_000);

  test.each(parts)("words and meaning together find more than either alone: questions %s", part => {
    const { text, semantic, hybrid } = figures;
    for (const key of ["mrr", "first", "firstThree"] as const)
      for (const alone of [text, semantic]) expect(hybrid.both[part][key]).toBeGreaterThan(alone.both[part][key]);
  });
  test.each(sets)("and are worse than neither by more than a hair: %s", set => {
    const { text, semantic, hybrid } = figures;
    for (const alone of [text, semantic]) expect(hybrid[set].all.mrr).toBeGreaterThan(alone[set].all.mrr - HAIR);
  });
});
