import type { Database } from "hearth";

interface Job {
  run(): unknown;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** Writes to the database so that what is asked for at once goes to disk together: one flush serves them all. */
export class Commits {
  #waiting: Job[] = [];

  constructor(readonly db: Database) {}

  /** Runs a write whole or not at all; resolves when it is on disk. @throws what the write or the disk says: nothing of it is kept then */
  write<T>(run: () => T): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    if (this.#waiting.push({ run, resolve, reject }) === 1) setImmediate(() => this.#flush());
    return promise as Promise<T>;
  }

  #flush(): void {
    const jobs = this.#waiting;
    this.#waiting = [];
    try {
      const all = this.db.transaction(() => jobs.map(job => this.#runOne(job)));
      for (const tell of all.immediate()) tell();
    } catch (error) {
      for (const { reject } of jobs) reject(error);
    }
  }

  /** Runs one write; answers how to tell its outcome, once it is on disk. */
  #runOne({ run, resolve, reject }: Job): () => void {
    try {
      const value = this.db.transaction(run)();
      return () => resolve(value);
    } catch (error) {
      if (!this.db.inTransaction) throw error; // the disk is full: SQLite has taken back the writes of all
      return () => reject(error);
    }
  }
}
