import type { Settings } from "./settings";

/** The kinds by the names of their settings. */
export type KindId = Exclude<keyof Settings, "days">;

/** A kind of file that may be deleted once it is old; its age is that of its last change. */
export interface FileKind {
  readonly id: KindId;
  readonly root: "home" | "state";
  /** Relative to the root. */
  readonly folder: string;
  /** What the names of its files look like; all else in the folder is let be. */
  readonly names: RegExp;
  /** Whether it lies in folders of the folder too, which go when they are empty. */
  readonly deep: boolean;
}

/** A file of lines, of which the oldest may go. A kind may have more than one, as where older systems wrote elsewhere. */
export interface LineKind {
  readonly id: KindId;
  readonly root: "home";
  /** Relative to the root; "*" in the place of a folder's name stands for all that are there. */
  readonly file: string;
}

/** What goes file by file. */
export const fileKinds: readonly FileKind[] = [
  { id: "visitorsArchive", root: "home", folder: "visitors/archive", names: /\.md$/, deep: true },
  {
    id: "moderation",
    root: "home",
    folder: "moderation",
    names: /^\d{4}-\d{2}-\d{2}-\d{6}(-[a-z][a-z0-9]*)?(-\d+)?\.json$/,
    deep: false,
  },
  { id: "conversations", root: "home", folder: "conversations", names: /\.md$/, deep: false },
  { id: "transcripts", root: "home", folder: "transcripts", names: /\.md$/, deep: false },
  { id: "logs", root: "home", folder: "logs", names: /^(?!web\.log$).*\.log$/, deep: false },
  { id: "images", root: "home", folder: "telegram", names: /\.(jpe?g|png|webp|gif)$/i, deep: true },
  { id: "sessionLogs", root: "state", folder: "sessions", names: /^\d{8}-\d{6}-\d{3}\.jsonl$/, deep: false },
  { id: "cliTranscripts", root: "state", folder: "claude/projects", names: /\.jsonl$/, deep: true },
];

/** What goes line by line. */
export const lineKinds: readonly LineKind[] = [
  { id: "webLog", root: "home", file: "logs/web.log" },
  { id: "moodHistory", root: "home", file: "data/mood-history.jsonl" },
  { id: "chatHistory", root: "home", file: "telegram/*/chat.jsonl" },
  { id: "chatHistory", root: "home", file: "telegram/chat-history.jsonl" },
];

/** How many days a kind is kept; false for ever. */
export function daysOf(id: KindId, settings: Settings): number | false {
  if (id === "visitorsArchive" || id === "moderation") return settings[id] ?? settings.days;
  return settings[id];
}
