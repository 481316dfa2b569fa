import { availableParallelism } from "node:os";
import { Turns } from "./turns";

/** Bun has a thread beside the main one for each core, and at least two; files are read and flushed on them too, so one is left for these. */
const turns = new Turns(Math.max(1, availableParallelism() - 1), Number.POSITIVE_INFINITY, () => new Error("no end"));

/**
 * Does work that keeps one of Bun's threads busy for long: to hash a password, to decode a picture. All plugins together do so much of it
 * at a time that a thread is left for whoever reads a file; the rest waits, first come, first served. It refuses nothing: let only
 * so much in (`Turns`).
 */
export const heavyWork = <T>(work: () => Promise<T>): Promise<T> => turns.take(work);
