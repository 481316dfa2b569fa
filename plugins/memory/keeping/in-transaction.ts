import type { Database } from "bun:sqlite";
import { dirname } from "node:path";

/** Why nothing can be written, and what to do, by what SQLite says. */
const faults: Readonly<Record<string, readonly [why: string, what: string]>> = {
  SQLITE_FULL: ["the disk is full", "make room"],
  SQLITE_IOERR_WRITE: ["the disk is full or broken", "make room"],
  SQLITE_IOERR_SHMSIZE: ["the disk is full", "make room"],
  SQLITE_READONLY: ["the disk is read-only", "make it writable"],
  SQLITE_BUSY: ["another process writes in it", "end that process"],
};

/** Does something wholly or not at all. @throws what SQLite says, with its code; of a disk that takes nothing, with what to do */
export function inTransaction<T>(database: Database, file: string, work: () => T): T {
  try {
    return database.transaction(work).immediate();
  } catch (error) {
    const { code = "" } = error as { code?: string };
    const fault = faults[code];
    if (!fault) throw error;
    const [why, what] = fault;
    throw Object.assign(
      new Error(`the index of memory cannot be written: ${why}; ${what} in ${dirname(file)}, then it goes on`),
      { code },
    );
  }
}
