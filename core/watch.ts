import { type ChokidarOptions, watch as chokidar } from "chokidar";

/** What happened to a file. */
export type FileChange = "created" | "modified" | "deleted";
const kinds = { add: "created", change: "modified", unlink: "deleted" } as const;

export interface WatchOptions {
  /** Milliseconds in which changes of one path become one: created goes before deleted, deleted before modified. */
  readonly settle: number;
  /** Paths for which it answers true are not watched. */
  readonly ignored?: (path: string) => boolean;
}

const rank: Record<FileChange, number> = { created: 3, deleted: 2, modified: 1 };

/**
 * Watches files and folders (with what is in them) and tells each change once it has settled.
 * A file that is made and deleted within the time is not told at all. Answers, when the watch stands, how to end it.
 */
export async function watchFiles(
  paths: readonly string[],
  { settle, ignored }: WatchOptions,
  told: (change: FileChange, path: string) => void,
): Promise<() => Promise<void>> {
  const options: ChokidarOptions = { ignoreInitial: true, ...(ignored && { ignored: path => ignored(path) }) };
  const watcher = chokidar([...paths], options);
  const pending = new Map<string, { first: FileChange; last: FileChange }>();

  const tell = (path: string) => {
    const { first, last } = pending.get(path)!;
    pending.delete(path);
    if (first === "created" && last === "deleted") return;
    told(last === "deleted" ? last : rank[first] > rank[last] ? first : last, path);
  };
  const note = (change: FileChange, path: string) => {
    const held = pending.get(path);
    if (held) held.last = change;
    else {
      pending.set(path, { first: change, last: change });
      setTimeout(() => tell(path), settle).unref();
    }
  };
  for (const [name, change] of Object.entries(kinds))
    watcher.on(name as keyof typeof kinds, path => note(change, path));
  await new Promise<void>(resolve => watcher.on("ready", resolve));
  return () => watcher.close();
}
