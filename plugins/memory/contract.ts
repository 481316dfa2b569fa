import { type Command, event, service, slot, uniqueIds } from "hearth";
import { z } from "zod";
import type { Embedder } from "./embedder";
import type { MemorySource } from "./source";
import type { MemoryWitness } from "./witness";

export type { Embedder, EmbedderModule, OpenEmbedder, Tokenizer } from "./embedder";
export type { MemorySource, RecordFields } from "./source";
export { type MemoryWitness, recordHash } from "./witness";

/**
 * Who may see something: what is `public` was published; what is `own` is among the agent's papers; what is `private` a person
 * told the agent in confidence.
 */
export type Privacy = "public" | "own" | "private";

/**
 * For whom memory is asked. "public": for everyone. "own": for the agent, while others may listen; nothing private. "all": for the agent
 * alone, or for its keeper. A person (by key): what is own, and what this person told it, and nobody else's.
 */
export type Audience = "public" | "own" | "all" | { readonly person: string };

/** Who wrote something, as Hearth saw it; nothing that the agent writes changes this. */
export interface Provenance {
  readonly who: "owner" | "agent" | "visitor" | "system";
  /** A person's name, as the agent knows it. */
  readonly name?: string;
  /** The session in which it was written. */
  readonly session?: string;
  /** ISO time at which Hearth first saw it. */
  readonly at: string;
}

/** A part of a file that is remembered for itself: a section, a paragraph, a letter. */
export interface Passage {
  /** 16 hex digits made from its text alone: the same text has the same id wherever it stands. */
  readonly id: string;
  /** Relative to the home. */
  readonly path: string;
  /** Its first and its last line in the file, from 1. */
  readonly line: number;
  readonly lastLine: number;
  /** That of its source: "thought", "conversation". */
  readonly type: string;
  readonly title: string;
  /** `YYYY-MM-DD`; null when nothing says when it is from. */
  readonly date: string | null;
  readonly text: string;
  readonly privacy: Privacy;
  /** The key of the person who confided it, such as "mailbox/ada"; null when it is nobody's, or is not known whose. */
  readonly person: string | null;
  readonly provenance: Provenance;
  /** Something that the agent was reminded of and wrote down again: nothing new. */
  readonly recalled: boolean;
}

export type SearchMode = "hybrid" | "text" | "semantic";

export interface MemoryQuestion {
  readonly text: string;
  readonly audience: Audience;
  /** Passages at the most; 10 when left out. */
  readonly limit?: number;
  /** "hybrid" when left out. */
  readonly mode?: SearchMode;
  /** Only of these types. */
  readonly types?: readonly string[];
  /** Only what this person wrote or was told: a part of a name or key, whatever its capitals. */
  readonly person?: string;
  /** First and last day, `YYYY-MM-DD`; what has no date is in neither. */
  readonly from?: string;
  readonly to?: string;
  /** Also what was only written down again. */
  readonly recalled?: boolean;
  /** At most so many passages of one file; 2 when left out. */
  readonly perFile?: number;
}

/** A passage that was found, and why. */
export interface MemoryHit extends Passage {
  /** 1 for the best that can be; to compare hits of one answer with each other. */
  readonly score: number;
  /** Cosine to the question, -1 to 1; null when it was found by its words alone and has no vector yet. */
  readonly similarity: number | null;
  /** Words of the question that it holds, as they stand in the question. */
  readonly words: readonly string[];
  /** One sentence for people: "close in meaning (0.62); has “garden”; two days old". */
  readonly reason: string;
}

export interface MemoryAnswer {
  readonly hits: readonly MemoryHit[];
  /** How it was searched: "text" where meaning was wanted, when nothing can be embedded at the moment. */
  readonly mode: SearchMode;
  /** What the answer lacks, for people: "3,210 of 10,000 passages have no vector yet". */
  readonly note?: string;
}

/** A file as one work: the mean of its passages. Recalled passages are not in it. */
export interface Work {
  readonly path: string;
  readonly type: string;
  readonly title: string;
  readonly date: string | null;
  readonly privacy: Privacy;
  readonly passages: number;
  /** Of unit length; null while none of its passages has one. */
  readonly vector: Float32Array | null;
}

export interface WorksQuestion {
  readonly audience: Audience;
  readonly types?: readonly string[];
  readonly paths?: readonly string[];
  readonly from?: string;
  readonly to?: string;
  /** False: without their vectors, which costs much less. */
  readonly vectors?: boolean;
}

export interface NearQuestion {
  /** What to look around: a passage by its id, a file by its path (the mean of its passages), or a text. */
  readonly to: { readonly id: string } | { readonly path: string } | { readonly text: string };
  readonly audience: Audience;
  readonly types?: readonly string[];
  readonly limit: number;
  /** Cosine at the least. */
  readonly least?: number;
}

/** A work near another, and the passages of both that are nearest. */
export interface NearWork {
  readonly path: string;
  readonly type: string;
  readonly title: string;
  readonly date: string | null;
  /** Cosine of the works' vectors. */
  readonly similarity: number;
}

export interface PairsQuestion {
  readonly audience: Audience;
  /** Pairs with at least one end in one of these files; of all files when left out. */
  readonly paths?: readonly string[];
  /** Cosine at the least. */
  readonly least: number;
  /** Only pairs of different types. */
  readonly acrossTypes?: boolean;
  readonly limit: number;
}

/** Two passages of different files that say something alike; `a` is the older one. Recalled passages are in no pair. */
export interface Pair {
  readonly a: Passage;
  readonly b: Passage;
  readonly similarity: number;
}

/** What a session did that memory has to know. */
export interface Lesson {
  readonly session?: string;
  /** The session's type. */
  readonly type?: string;
  /** Keys of those who wrote to it: `personsOf`. */
  readonly persons?: readonly string[];
  /** Files that were written or have gone, relative to the home; those that no source knows are passed over. */
  readonly changed: readonly string[];
}

export interface Learned {
  /** Files that were read. */
  readonly files: number;
  readonly added: number;
  readonly kept: number;
  readonly removed: number;
  /** Passages that were only written down again. */
  readonly recalled: number;
}

export interface MemoryStatus {
  readonly embedder: string | null;
  /** Why nothing can be embedded; absent when it can. */
  readonly problem?: string;
  readonly files: number;
  readonly passages: number;
  /** Passages without a vector. */
  readonly pending: number;
  /** Seconds until none is pending; null when unknown or none is. */
  readonly secondsLeft: number | null;
  readonly tokensPerSecond: number | null;
  /** True while the home is compared with the index. */
  readonly reading: boolean;
  /** The embedder whose older index answers while the new one is made. */
  readonly answering: string | null;
}

/** What the agent, its visitors and its keeper wrote, found again by words and by meaning. */
export interface Memory {
  /** The best passages, best first. The one search behind the route, the command, the prompt and the agent's tool. */
  search(question: MemoryQuestion): Promise<MemoryAnswer>;
  /** Passages by their ids or their files, in the order of files and lines; of what the audience may not see, nothing. */
  passages(wanted: {
    readonly audience: Audience;
    readonly ids?: readonly string[];
    readonly paths?: readonly string[];
  }): Promise<readonly Passage[]>;
  /** Works with their vectors, by path. */
  works(question: WorksQuestion): Promise<readonly Work[]>;
  /** Works near something, nearest first; never itself. */
  near(question: NearQuestion): Promise<readonly NearWork[]>;
  /** Pairs of passages, nearest first. */
  pairs(question: PairsQuestion): Promise<readonly Pair[]>;
  /** Brings memory up to date after a session; resolves when the text of its files can be found, and their vectors, if they can be made. */
  learn(lesson: Lesson, signal?: AbortSignal): Promise<Learned>;
  /** Notes that a session was reminded of these passages, so that it does not learn them again as new. */
  reminded(session: string, ids: readonly string[]): void;
  status(): Promise<MemoryStatus>;
}
export const Memory = service<Memory>("memory");

/** Makes vectors of texts. Which of them memory uses, its settings say. */
export const Embedders = slot<Embedder>("memory.embedders", uniqueIds("embedder"));
/** What is remembered beside the agent's own folders. */
export const MemorySources = slot<MemorySource>("memory.sources", uniqueIds("memory source"));

/** Those who know which records are of whom they name; one for each source. */
export const MemoryWitnesses = slot<MemoryWitness>("memory.witnesses", uniqueIds("memory witness"));

/** `hearth memory <id>`: like a command of the program, which `hearth memory` runs. */
export type MemoryCommand = Pick<Command, "id" | "usage" | "summary" | "run">;
/** The commands of `hearth memory` beside its own. */
export const MemoryCommands = slot<MemoryCommand>("memory.commands", uniqueIds("memory command"));

/** How far memory has come: told at most once a second while there is something to do, and once when it is done. */
export const MemoryProgress = event(
  "memory.progress",
  z.object({
    phase: z.enum(["text", "vectors", "done"]),
    /** Files of the phase "text", passages of "vectors". */
    done: z.int(),
    total: z.int(),
    secondsLeft: z.number().nullable(),
  }),
);
export type MemoryProgress = z.output<typeof MemoryProgress.schema>;

export { audienceFor, personsOf } from "./audience";
