import { event, slot, uniqueIds } from "hearth";
import { z } from "zod";

/** A file of the home was created, modified or deleted. Folders are not told, what is in them is. */
export const FileChanged = event(
  "watcher.file-changed",
  z.object({
    /** Relative to the home, with "/". */
    path: z.string(),
    change: z.enum(["created", "modified", "deleted"]),
  }),
);
export type FileChanged = z.output<typeof FileChanged.schema>;

/** A watch that stands. */
export interface Watch {
  /** Whether every change of this path (relative to the home) is told. */
  sees(path: string): boolean;
  /** Whether every change that was noted has been told: for some milliseconds after a write (50, as a rule) it has not. */
  readonly calm: boolean;
}

/** A first reading of the home, which is done sooner when the watch does not look at the same files at the same time. */
export interface Forerunner {
  readonly id: string;
  readonly over: Promise<unknown>;
}
/** The watch begins when all of these are over, or its patience is. What changes meanwhile, a forerunner finds itself. */
export const Forerunners = slot<Forerunner>("watcher.forerunners", uniqueIds("forerunner"));

/** Told when a watch begins to stand. What changed before is told by nobody: who keeps something in step looks once more now. */
export const WatchBegan = event("watcher.began", z.object({}));

/** An item is here while a watch stands. Who keeps something in step by `FileChanged` learns here whether that is enough. */
export const Watches = slot<Watch>("watcher.watches");

export { RememberingHome } from "./remembering-home";
