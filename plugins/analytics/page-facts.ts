import type { PageEntry } from "hearth-plugins/content";
import { dayOf } from "./day";

/** What is counted of a page. */
export interface PageFacts {
  /** Nothing when its date is no day of the calendar. */
  readonly day: string | undefined;
  /** Of a thought its moods, of a dream its type. */
  readonly words: readonly string[];
}

const known = new WeakMap<PageEntry, PageFacts>();

/** Read off a page once, as long as the page stays the same. */
export function factsOf(page: PageEntry): PageFacts {
  const held = known.get(page);
  if (held) return held;
  const facts = { day: dayOf(page.meta.date), words: wordsOf(page) };
  known.set(page, facts);
  return facts;
}

/** "Quiet, warm" → quiet, warm */
function wordsOf({ type, meta }: PageEntry): readonly string[] {
  if (type === "dreams") return meta.type === undefined ? [] : [meta.type];
  return (meta.mood ?? "")
    .split(",")
    .map(word => word.trim().toLowerCase())
    .filter(word => word !== "");
}
