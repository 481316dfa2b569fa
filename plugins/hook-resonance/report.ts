import { type Kept, kept } from "hearth";
import type { Memory, Passage } from "hearth-plugins/memory";
import type { PairBook, ToldPair } from "./pair-book";
import { quoteOf } from "./quote";
import type { ResonanceReport } from "./shapes";
import { type StandingPair, standing } from "./standing";

const DAY = 86_400_000;

/** Tells others of the resonances: all are counted, those between public works are shown. Keeps its answers until something changes. */
export class Report {
  readonly #answers = new Map<number, { readonly day: string; readonly kept: Promise<Kept> }>();

  /** @param today the day it is in the house */
  constructor(
    readonly memory: Memory,
    readonly pairs: PairBook,
    readonly today: () => string,
  ) {}

  /** Forgets its answers: pairs or passages are other than before. */
  forget(): void {
    this.#answers.clear();
  }

  /** @param days back from today, today included */
  answer(days: number): Promise<Kept> {
    const day = this.today();
    const before = this.#answers.get(days);
    if (before?.day === day) return before.kept;
    const made = this.#make(day, days);
    this.#answers.set(days, { day, kept: made });
    made.catch(() => this.#answers.delete(days));
    return made;
  }

  async #make(day: string, days: number): Promise<Kept> {
    const from = new Date(Date.parse(day) - (days - 1) * DAY).toISOString().slice(0, 10);
    const told = await standing(this.memory, "own", this.pairs.told(from, day));
    const shown = await standing(
      this.memory,
      "public",
      told.map(({ known }) => known),
    );
    const shownByDay = Map.groupBy(shown, ({ known }) => known.told);
    const countByDay = Map.groupBy(told, ({ known }) => known.told);
    return kept({
      days: [...countByDay].map(([date, all]) => ({
        date,
        count: all.length,
        pairs: (shownByDay.get(date) ?? []).filter(isPublic).map(shownPair),
      })),
    } satisfies ResonanceReport);
  }
}

const isPublic = ({ a, b }: StandingPair<ToldPair>): boolean => a.privacy === "public" && b.privacy === "public";

const shownPair = ({ known, a, b }: StandingPair<ToldPair>) => ({
  similarity: Math.round(known.similarity * 1e4) / 1e4,
  a: endOf(a),
  b: endOf(b),
});

const endOf = ({ type, path, title, date, text }: Passage) => ({ type, path, title, date, quote: quoteOf(text) });
