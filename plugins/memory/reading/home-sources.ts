import type { MemorySource } from "../source";

const prose = (id: string, files: string, privacy: MemorySource["privacy"], type = id): MemorySource => ({
  id,
  type,
  files,
  format: "prose",
  privacy,
});

/** What is remembered of every home. Of two sources that know a file, the first counts. */
export const homeSources: readonly MemorySource[] = [
  prose("thought", "thoughts/*.md", "public"),
  prose("dream", "dreams/*.md", "public"),
  prose("essay", "essays/*.md", "public"),
  prose("letter", "letters/*.md", "public"),
  prose("score", "scores/*.md", "public"),
  prose("bookshelf", "bookshelf/*.md", "public"),
  { ...prose("identity", "memory/identity.md", "own", "memory"), who: "owner" },
  prose("memory", "memory/*.md", "own"),
  { ...prose("reading", "readings/*.md", "own"), who: "owner" },
  prose("voice", "voice.md", "own"),
  {
    id: "inner-thread",
    type: "inner-thread",
    files: "inner-thread/thread.jsonl",
    format: "records",
    fields: { text: "body", date: "ts" },
    privacy: "own",
  },
  {
    id: "jar",
    type: "jar",
    files: "projects/memories.json",
    format: "records",
    fields: { text: "text", title: "title", date: "date" },
    privacy: "own",
  },
  { id: "conversation", type: "conversation", files: "conversations/*.md", format: "conversation", privacy: "private" },
  {
    id: "mailbox",
    type: "mailbox",
    files: "mailbox/*/thread.jsonl",
    format: "records",
    fields: { text: "body", author: "from", date: "ts" },
    privacy: "private",
    who: "visitor",
  },
];
