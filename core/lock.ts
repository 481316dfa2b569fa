import { Database } from "bun:sqlite";
import { join } from "node:path";
import { findDaemon, holderInWords } from "./daemon-file";
import { HearthError } from "./errors";
import { takeHome } from "./home-lock";

/** A database that nobody holds on to would be closed by the garbage collector, and its lock with it. */
const held = new Set<Database>();

/**
 * Takes a state folder for this process alone, until it is released or the process ends, however it ends:
 * the lock is SQLite's on a file, which the system drops with the process.
 * @throws HearthError HELD when another has it
 */
export function takeLock(state: string): () => void {
  const db = new Database(join(state, "lock.db"), { create: true });
  try {
    db.run("pragma busy_timeout = 0");
    db.run("begin exclusive");
  } catch (cause) {
    db.close();
    const holder = holderInWords(findDaemon(state));
    throw new HearthError(
      "HELD",
      `${state}${holder}; stop that one, or give this one a HEARTH_STATE of its own`,
      cause,
    );
  }
  held.add(db);
  return () => {
    held.delete(db);
    db.close();
  };
}

/** Takes a state folder and a home. @throws HearthError HELD or LIVED_IN when another has one of them; then neither is taken */
export function takeHouse(state: string, home: string): () => void {
  const releaseState = takeLock(state);
  try {
    const releaseHome = takeHome(home);
    return () => {
      releaseHome();
      releaseState();
    };
  } catch (error) {
    releaseState();
    throw error;
  }
}
