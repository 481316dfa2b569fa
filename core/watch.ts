import type { ChokidarOptions } from "chokidar";

/** What happened to a file. */
export type FileChange = "created" | "modified" | "deleted";
const kinds = { add: "created", change: "modified", unlink: "deleted" } as const;

export interface WatchOptions {
  /** Milliseconds in which changes of one path become one: created goes before deleted, deleted before modified. */
  readonly settle: number;
  /** Paths for which it answers true are not watched. */
  readonly ignored?: (path: string) => boolean;
  /** false: a link is watched as the file that it is, and never leads out of the folder. Links are followed when left out. */
  readonly followLinks?: boolean;
  /** Told what could not be watched, as when the system has no watches left. */
  readonly failed?: (error: unknown) => void;
}

/** A watch that stands. */
export interface FileWatch {
  /** Whether every change that was noted has been told. */
  readonly calm: boolean;
  close(): Promise<void>;
}

/** What has been noted of a path since it was last told. */
interface Noted {
  readonly first: FileChange;
  last: FileChange;
  /** Whether it was created at any time. */
  made: boolean;
}

/**
 * Watches files and folders (with what is in them) and tells each change once it has settled.
 * A file that is made and deleted within the time is not told at all. Answers when the watch stands.
 */
export async function watchFiles(
  paths: readonly string[],
  { settle, ignored, followLinks = true, failed = () => {} }: WatchOptions,
  told: (change: FileChange, path: string) => void,
): Promise<FileWatch> {
  // Its "atomic" holds each deletion back for 100 ms; settling does the same work within its own time.
  const options: ChokidarOptions = { ignoreInitial: true, atomic: false, followSymlinks: followLinks };
  const { watch } = await import("chokidar"); // when it is needed: loading it would cost every start a good 15 ms
  const watcher = watch([...paths], { ...options, ...(ignored && { ignored: path => ignored(path) }) });
  const pending = new Map<string, Noted>();
  let closed = false;

  const tell = (path: string) => {
    if (closed) return;
    const { first, last, made } = pending.get(path)!;
    pending.delete(path);
    if (first === "created" && last === "deleted") return;
    told(last === "deleted" ? last : made ? "created" : last, path);
  };
  const note = (change: FileChange, path: string) => {
    const held = pending.get(path);
    const made = change === "created";
    if (held) Object.assign(held, { last: change, made: held.made || made });
    else {
      pending.set(path, { first: change, last: change, made });
      setTimeout(() => tell(path), settle).unref();
    }
  };
  for (const [name, change] of Object.entries(kinds))
    watcher.on(name as keyof typeof kinds, path => note(change, path));
  watcher.on("error", failed);
  await new Promise<void>(resolve => watcher.on("ready", resolve));
  return {
    get calm() {
      return pending.size === 0;
    },
    close() {
      closed = true;
      return watcher.close();
    },
  };
}
