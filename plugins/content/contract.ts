import { event, service } from "hearth";
import { z } from "zod";

export { type FrontMatter, frontMatter, parseFrontMatter, type Split, splitFrontMatter } from "./front-matter";
export { isThought } from "./thought-path";
export { zonedIso, zonedMinute } from "./zoned-date";

/** The kinds of page: a folder of the home each, whose pages are the markdown files right in it. */
export const pageTypes = ["thoughts", "dreams", "scores", "letters", "essays", "bookshelf"] as const;
/** A type of page, by its folder. */
export type PageType = (typeof pageTypes)[number];

/** What the front matter of a page says. Which optional fields there are depends on the type; one that is not said is null. */
export interface PageMeta {
  /** As it is written; `YYYY-MM-DD` when it is a YAML date. */
  readonly date: string;
  readonly title: string;
  /** Of a thought, as one line: "quiet, warm". */
  readonly mood?: string | null;
  /** Of a dream. */
  readonly type?: "poetry" | "ascii" | "prose" | "mixed";
  /** Of a dream. */
  readonly immersive?: boolean;
  /** Of an essay. */
  readonly topic?: string | null;
  /** Of a page of the bookshelf. */
  readonly purpose?: string | null;
}

/** A page as lists know it. */
export interface PageEntry {
  readonly type: PageType;
  readonly slug: string;
  readonly meta: PageMeta;
  /** Differs whenever the bytes of the file do. */
  readonly hash: string;
}

/** A page with its text. */
export interface Page extends PageEntry {
  /** What follows the front matter. */
  readonly content: string;
}

/** What the agent wrote, read once and kept in step with the files. */
export interface Content {
  /** The pages of a type that can be shown, newest first. From memory; waits only while the home is read for the first time. */
  list(type: PageType): Promise<readonly PageEntry[]>;
  /** A page with its text; nothing when there is none that can be shown. */
  page(type: PageType, slug: string): Promise<Page | undefined>;
}
export const Content = service<Content>("content");

/** A page came, changed or went, and `Content` knows it already. Not told for what is found when the home is first read. */
export const PageChanged = event(
  "content.page-changed",
  z.object({ type: z.enum(pageTypes), slug: z.string(), change: z.enum(["created", "modified", "deleted"]) }),
);
export type PageChanged = z.output<typeof PageChanged.schema>;
