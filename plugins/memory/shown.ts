import type { MemoryHit, MemoryStatus } from "./contract";
import type { FoundPassage, MemoryStatusAnswer } from "./shapes";

/** A hit as the API answers it. */
export const shownHit = ({ lastLine, provenance: { who, name, session, at }, ...hit }: MemoryHit): FoundPassage => ({
  ...hit,
  last_line: lastLine,
  words: [...hit.words],
  provenance: { who, name: name ?? null, session: session ?? null, at },
});

/** The status as the API answers it. */
export const shownStatus = (status: MemoryStatus): MemoryStatusAnswer => ({
  embedder: status.embedder,
  problem: status.problem ?? null,
  files: status.files,
  passages: status.passages,
  pending: status.pending,
  seconds_left: status.secondsLeft,
  tokens_per_second: status.tokensPerSecond,
  reading: status.reading,
  answering: status.answering,
});
