import { stat } from "node:fs/promises";
import { type Home, type Logger, localDay, messageOf } from "hearth";
import { type Pieces, withLines } from "./lines";
import { HISTORY_FILE } from "./record";
import type { SessionMood } from "./shapes";
import { moodOfLine } from "./timeline-line";

/** Bytes that are read: at twenty sessions a day, the moods of about twenty years. */
const PART = { most: 64 * 2 ** 20, longest: 64 * 1024 };

/** A mood, and the day of its end in the house's time zone. */
export interface DatedMood {
  readonly day: string;
  readonly mood: SessionMood;
}

/** All that is known. */
export interface History {
  /** Differs when the file does. */
  readonly stamp: string;
  /** Oldest first. */
  readonly moods: readonly DatedMood[];
  readonly skipped: number;
  readonly isTruncated: boolean;
}

/** Knows the moods of all sessions. The file is looked at for each question, and read again only when it is another than before. */
export class MoodHistory {
  #known: History | undefined;
  #reading: Promise<History> | undefined;
  constructor(
    readonly home: Home,
    readonly log: Logger,
    readonly timeZone: string,
  ) {}

  /** Never throws: a file that cannot be read is told in the log, and has no moods. */
  async current(): Promise<History> {
    if (this.#reading) return this.#reading;
    const stamp = await this.#stamp();
    if (this.#known?.stamp === stamp) return this.#known;
    this.#reading ??= this.#read(stamp).finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  dayOf(at: Date): string {
    return localDay(at, this.timeZone);
  }

  async #read(stamp: string): Promise<History> {
    this.#known = { stamp, ...(stamp === "" ? nothing : await this.#moods()) };
    return this.#known;
  }

  async #moods(): Promise<Omit<History, "stamp">> {
    try {
      const path = await this.home.resolve(HISTORY_FILE);
      return await withLines(path, PART, lines => this.#take(lines));
    } catch (error) {
      this.log.warn("the history of moods cannot be read", { path: HISTORY_FILE, problem: messageOf(error) });
      return nothing;
    }
  }

  async #take({ pieces, isTruncated }: Pieces): Promise<Omit<History, "stamp">> {
    const moods: DatedMood[] = [];
    let skipped = 0;
    for await (const lines of pieces)
      for (const line of lines) {
        const mood = line === undefined ? undefined : moodOfLine(line);
        if (mood) moods.push({ mood, day: this.dayOf(new Date(mood.timestamp)) });
        else skipped++;
      }
    return { moods: moods.sort((a, b) => order(a.mood.timestamp, b.mood.timestamp)), skipped, isTruncated };
  }

  /** "" when there is no file. */
  async #stamp(): Promise<string> {
    const info = await stat(`${this.home.path}/${HISTORY_FILE}`).catch(() => undefined);
    return info ? `${info.ino} ${info.size} ${info.mtimeMs} ${info.ctimeMs}` : "";
  }
}

const nothing = { moods: [], skipped: 0, isTruncated: false };

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
