import type {
  MemoryAnswer,
  MemoryQuestion,
  MemorySource,
  NearQuestion,
  NearWork,
  Pair,
  PairsQuestion,
  Passage,
  Provenance,
  Work,
  WorksQuestion,
} from "./contract";

/** What the thread of the index is opened with. */
export interface IndexOptions {
  /** The home, absolute. */
  readonly home: string;
  /** The database file. */
  readonly file: string;
  readonly sources: readonly MemorySource[];
  /** The agent's name in records. */
  readonly agentNames: readonly string[];
  /** IANA name of the zone in which days are counted; UTC when left out. */
  readonly timeZone?: string;
  /** Nothing: passages are cut by a rule of thumb, and nothing can be searched by meaning. */
  readonly embedder?: {
    /** Id, dimensions and version: the index belongs to it. */
    readonly key: string;
    readonly module: string;
    readonly options?: unknown;
    readonly dims: number;
    readonly window: number;
    /** Seconds that it has for a question, 10 at the most; then that is answered by its words. */
    readonly patience?: number;
  };
}

/** What is known of who wrote a version of a file. */
export interface Origin {
  /** Absent: the source's own. */
  readonly who?: Provenance["who"];
  readonly session?: string;
  readonly at: string;
  /** Of a conversation: keys of those who wrote to its session; absent when that session is not known. */
  readonly persons?: readonly string[];
  /** Ids of passages that its session was reminded of. */
  readonly reminded?: readonly string[];
  /** Hashes of the records of the file that are of the person whom they name, a line each, as one text is soon told to another thread; absent: all are. */
  readonly vouched?: string;
}

export interface Compared {
  /** Files that are new, or whose size or time differs from what the index knows. */
  readonly changed: readonly string[];
  readonly gone: readonly string[];
  /** All files of all sources. */
  readonly files: number;
}

/** What became of files that were learned. */
export interface LearnedFiles {
  readonly files: number;
  readonly added: number;
  readonly kept: number;
  readonly removed: number;
  readonly recalled: number;
  /** What was skipped, and where: for the log. */
  readonly notes: readonly { readonly path: string; readonly note: string }[];
}

/** A passage that waits for its vector. */
export interface PendingPassage {
  readonly no: number;
  /** Title and text, as they are embedded. */
  readonly text: string;
  /** Tokens, as the tokenizer counts them. */
  readonly tokens: number;
}

/** A passage as it is kept in memory for filters: everything but its text. */
export interface PassageFacts {
  readonly no: number;
  readonly file: number;
  readonly type: string;
  readonly date: string | null;
  readonly privacy: Passage["privacy"];
  readonly person: string | null;
  readonly name: string | null;
  readonly recalled: boolean;
}

/** Told of every change of the index, after its transaction. */
export interface IndexListener {
  added(passages: readonly PassageFacts[]): void;
  removed(nos: readonly number[]): void;
  embedded(no: number, vector: Float32Array): void;
}

/** Shares and examples of what memory holds twice. */
export interface Audit {
  readonly passages: number;
  /** Passages whose text stands elsewhere too, word for word or almost. */
  readonly duplicates: number;
  /** Passages of the agent that say again what its prompt says anyway. */
  readonly bootText: number;
  readonly recalled: number;
  readonly examples: readonly {
    readonly kind: "duplicate" | "boot" | "recalled";
    readonly path: string;
    readonly line: number;
    readonly text: string;
    readonly of?: string;
  }[];
}

/** The half of the index that reads files and keeps rows. */
export interface IndexKeeper {
  compare(): Compared;
  /** Reads files and brings their rows up to date, one transaction per file. */
  learn(files: readonly { readonly path: string; readonly origin: Origin }[]): LearnedFiles;
  forget(paths: readonly string[]): number;
  /** Passages without a vector, newest files first. */
  pending(most: number): readonly PendingPassage[];
  /** Keeps vectors; those of passages that have gone are dropped. Answers how many were kept. */
  put(vectors: readonly { readonly no: number; readonly vector: Float32Array }[]): number;
  counts(): { readonly files: number; readonly passages: number; readonly pending: number };
  audit(bootTexts: readonly string[]): Audit;
}

/** The half of the index that answers. */
export interface IndexReader {
  /** @param vector of the question; absent: by words alone */
  search(question: MemoryQuestion & { readonly now: string }, vector?: Float32Array): MemoryAnswer;
  passages(wanted: {
    readonly audience: MemoryQuestion["audience"];
    readonly ids?: readonly string[];
    readonly paths?: readonly string[];
  }): readonly Passage[];
  works(question: WorksQuestion): readonly Work[];
  /** @param vector of a text that is asked for */
  near(question: NearQuestion, vector?: Float32Array): readonly NearWork[];
  pairs(question: PairsQuestion): readonly Pair[];
}
