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

/** What is looked for by its meaning. */
export interface MeaningQuestion {
  readonly q: string;
  /** The ids of the searchables that may be shown. */
  readonly types: readonly string[];
  /** Documents at the most. */
  readonly limit: number;
}

/** A document that is near in meaning. */
export interface MeaningHit {
  readonly searchable: string;
  readonly slug: string;
  /** Cosine to the question: the higher, the nearer. */
  readonly score: number;
  /** Plain text: the passage that is nearest. */
  readonly excerpt: string;
}

/** What was found, or why nothing can be found by meaning at the moment, for people. */
export type MeaningAnswer =
  | { readonly hits: readonly MeaningHit[]; readonly note?: string }
  | { readonly unavailable: string };

/** Finds documents by what they mean. What it answers must be public; of what search does not know, nothing is shown. */
export interface MeaningSearch {
  readonly id: string;
  /** Documents, each once, nearest first. */
  find(question: MeaningQuestion): Promise<MeaningAnswer>;
}
/** Who answers `GET /search?mode=semantic`: the first that is there. */
export const MeaningSearches = slot<MeaningSearch>("search.meaning-searches", uniqueIds("meaning search"));

/** A document of a searchable came, changed or went. */
export const DocumentChanged = event("search.document-changed", z.object({ searchable: z.string(), slug: z.string() }));
export type DocumentChanged = z.output<typeof DocumentChanged.schema>;
