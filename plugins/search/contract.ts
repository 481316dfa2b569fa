import { event, slot, uniqueIds } from "hearth";
import { z } from "zod";

/** Something that can be found. */
export interface SearchDocument {
  readonly slug: string;
  readonly title: string;
  /** Markdown or plain text. */
  readonly body: string;
  /** As lists show it; `YYYY-MM-DD` as a rule. */
  readonly date: string;
  /** What a result says beside the usual: `mood`, `dream_type`. */
  readonly more?: Readonly<Record<string, string | null>>;
}

/** A kind of thing that can be searched. What is in it must be public: search needs no key. */
export interface Searchable {
  /** As a result's `result_type` says it, in the singular: "thought". */
  readonly id: string;
  /** Every document's slug, with a text that differs whenever the document does. */
  versions(): Promise<ReadonlyMap<string, string>>;
  /** A document with its text; nothing when it has gone. */
  read(slug: string): Promise<SearchDocument | undefined>;
}
/** What `GET /search` finds. */
export const Searchables = slot<Searchable>("search.searchables", uniqueIds("searchable"));

/** A document of a searchable came, changed or went. */
export const DocumentChanged = event("search.document-changed", z.object({ searchable: z.string(), slug: z.string() }));
export type DocumentChanged = z.output<typeof DocumentChanged.schema>;
