import type { Privacy, Provenance } from "./contract";

/** Which fields of a record hold what. */
export interface RecordFields {
  readonly text: string;
  readonly title?: string;
  /** A date or an ISO time. */
  readonly date?: string;
  /** Who wrote it; the agent's own name means the agent. */
  readonly author?: string;
}

/** Files that are remembered. It holds no functions, because a thread reads the files. */
export interface MemorySource {
  readonly id: string;
  /** As filters and answers name it, in the singular: "thought". */
  readonly type: string;
  /** Paths relative to the home; a star stands for any characters but "/", and never for a leading dot. */
  readonly files: string;
  /**
   * "prose": markdown, with front matter or without. "conversation": a file of `conversations/`. "records": objects with fields, as a list
   * in JSON (`.json`) or one per line (`.jsonl`).
   */
  readonly format: "prose" | "conversation" | "records";
  /** Of "records". */
  readonly fields?: RecordFields;
  /** What is private belongs to the folder that holds the file ("mailbox/ada"); of a conversation, to those who wrote to its session. */
  readonly privacy: Privacy;
  /** Who wrote what nothing else is known of; "agent" when left out. */
  readonly who?: Provenance["who"];
}
