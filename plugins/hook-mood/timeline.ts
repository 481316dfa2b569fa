import { type Clock, type Kept, kept } from "hearth";
import type { DatedMood, History, MoodHistory } from "./mood-history";
import { type MoodRequest, type Window, windowOf } from "./mood-window";
import type { MoodTimeline } from "./shapes";

/** Answers that are kept at a time. */
const MOST = 16;

/** Tells how the mood went, and keeps what it answered as long as the history is the same. */
export class Timeline {
  readonly #answers = new Map<string, Kept>();
  #stamp: string | undefined;

  constructor(
    readonly history: MoodHistory,
    readonly clock: Clock,
  ) {}

  async answer(request: MoodRequest): Promise<Kept> {
    const history = await this.history.current();
    if (this.#stamp !== history.stamp) this.#answers.clear();
    this.#stamp = history.stamp;
    const window = windowOf(request, this.history.dayOf(this.clock.now()));
    const key = `${window.from} ${window.to}`;
    const answer = this.#answers.get(key) ?? kept(timelineOf(history, window));
    this.#answers.delete(key);
    this.#answers.set(key, answer);
    if (this.#answers.size > MOST) this.#answers.delete(this.#answers.keys().next().value!);
    return answer;
  }
}

function timelineOf({ moods, skipped, isTruncated }: History, { from, to }: Window): MoodTimeline {
  const within = moods.filter(({ day }) => day >= from && day <= to);
  const days = Map.groupBy(within, ({ day }) => day);
  return {
    from,
    to,
    sessions: within.map(({ mood }) => mood),
    days: [...days].map(([date, of]) => ({ date, ...meanOf(of), sessions: of.length })),
    skipped_lines: skipped,
    truncated: isTruncated,
  };
}

function meanOf(moods: readonly DatedMood[]): { valence: number; arousal: number } {
  const mean = (part: "valence" | "arousal") =>
    Math.round((moods.reduce((sum, { mood }) => sum + mood[part], 0) / moods.length) * 100) / 100 + 0;
  return { valence: mean("valence"), arousal: mean("arousal") };
}
