import { service } from "hearth";

/** Something that is named in works. */
export interface Entity {
  readonly name: string;
  readonly kind: "person" | "place" | "name" | "subject";
  /** Works that name it, and days on which it was. */
  readonly works: number;
  readonly days: number;
  /** `YYYY-MM-DD`; null when no work that names it has a date. */
  readonly first: string | null;
  readonly last: string | null;
}

/** A subject that returns over several works and days. */
export interface Thread extends Entity {
  /** What is named in almost the same works. */
  readonly beside: readonly string[];
  /** How strong it is today: mentions fade by half in `halfLifeDays`. */
  readonly weight: number;
  /** How strong it was at its best, and when. */
  readonly peak: number;
  readonly peakDay: string | null;
  /** Paths of the latest works, latest first. */
  readonly latest: readonly string[];
}

/** Two things that are alike in meaning and were never brought together. */
export interface Discovery {
  readonly kind: "works" | "entities";
  /** Paths of works, or names. */
  readonly a: string;
  readonly b: string;
  /** Cosine. */
  readonly similarity: number;
  /** Titles of works, as people call them; of names nothing. */
  readonly titles: readonly string[];
}

/** A work in the neighbourhood of something. */
export interface Neighbour {
  readonly path: string;
  readonly type: string;
  readonly title: string;
  readonly date: string | null;
  /** Why it is here: "alike", "names it", "linked". */
  readonly because: "alike" | "names it" | "linked";
}

export interface Cluster {
  readonly works: readonly Neighbour[];
  /** What they name, what is special to them first. */
  readonly entities: readonly Entity[];
}

export const views = ["active", "discover", "cluster", "forgotten"] as const;
export type View = (typeof views)[number];

/** What the agent's works are about, and how that hangs together. Nothing of what a person confided is in it. */
export interface Graph {
  /** Threads that are alive now, the strongest first. */
  active(limit?: number): Promise<readonly Thread[]>;
  /** Works and names that are alike in meaning, and were never mentioned together. */
  discover(limit?: number): Promise<readonly Discovery[]>;
  /** The neighbourhood of a word, a text, or a work by its path. */
  cluster(query: string, limit?: number): Promise<Cluster>;
  /** Threads that were strong once and have been silent for long. */
  forgotten(limit?: number): Promise<readonly Thread[]>;
}
export const Graph = service<Graph>("graph");
