import type { Content, PageEntry, PageType } from "hearth-plugins/content";
import { changesBetween } from "./page-changes";
import { factsOf } from "./page-facts";

/** How often each of some things was met. */
export type Counts = ReadonlyMap<string, number>;

/** The pages of one type, counted. What has come is added and what has gone is taken away: nothing is counted twice. */
export class PageTally {
  readonly #byDay = new Map<string, number>();
  readonly #words = new Map<string, number>();
  #version = 0;
  #pages: readonly PageEntry[] = [];

  constructor(
    readonly content: Content,
    readonly type: PageType,
  ) {}

  /** Newest first. */
  get pages(): readonly PageEntry[] {
    return this.#pages;
  }

  /** Pages by day; those whose date is no day of the calendar are left out. */
  get byDay(): Counts {
    return this.#byDay;
  }

  /** Moods or types of all pages, in no order. */
  get words(): Counts {
    return this.#words;
  }

  /** Differs whenever something else is counted. */
  get version(): number {
    return this.#version;
  }

  /** Brings the counts up to date, whether anybody told of a change or not. The store answers the same list as long as nothing changed. @throws what the store throws */
  async upToDate(): Promise<void> {
    const pages = await this.content.list(this.type);
    if (pages !== this.#pages) this.#take(pages);
  }

  #take(pages: readonly PageEntry[]): void {
    const { gone, come } = changesBetween(this.#pages, pages);
    for (const page of gone) this.#count(page, -1);
    for (const page of come) this.#count(page, 1);
    this.#pages = pages;
    this.#version++;
  }

  #count(page: PageEntry, by: 1 | -1): void {
    const { day, words } = factsOf(page);
    if (day !== undefined) add(this.#byDay, day, by);
    for (const word of words) add(this.#words, word, by);
  }
}

function add(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}
