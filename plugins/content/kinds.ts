import type { PageType } from "./contract";

/** How a type of page is called. */
export interface Kind {
  /** One of them, as search results call it. */
  readonly noun: string;
  /** What is said of one that is not there. */
  readonly missing: string;
}

/** What is different between the types of pages. */
export const kinds: Readonly<Record<PageType, Kind>> = {
  thoughts: { noun: "thought", missing: "Thought not found" },
  dreams: { noun: "dream", missing: "Dream not found" },
  scores: { noun: "score", missing: "Score not found" },
  letters: { noun: "letter", missing: "Letter not found" },
  essays: { noun: "essay", missing: "Essay not found" },
  bookshelf: { noun: "bookshelf", missing: "Bookshelf entry not found" },
};
