import type { Database } from "hearth";

interface Job {
  readonly username: string;
  readonly line: string;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Which lines of the threads people wrote, by their hashes. A thread is a file that the agent can write too, under any name: a letter is
 * a person's when Hearth wrote it down for them, or when it was there at the first look, as after an import.
 */
export class Received {
  #waiting: Job[] = [];

  constructor(readonly db: Database) {}

  /** Whether it is known what people wrote in a thread. */
  isKnown(username: string): boolean {
    return this.db.query("select 1 from looked where username = ?").get(username) !== null;
  }

  has(username: string, line: string): boolean {
    return this.db.query("select 1 from received where username = ? and line = ?").get(username, line) !== null;
  }

  /** All of a thread; nothing when they are not known. */
  of(username: string): string[] | undefined {
    if (!this.isKnown(username)) return;
    return this.db
      .query<{ line: string }, [string]>("select line from received where username = ?")
      .all(username)
      .map(({ line }) => line);
  }

  /** Takes a thread as it is: these are what people wrote. Nothing when nobody has an account of this name. */
  begin(username: string, lines: readonly string[]): void {
    const begin = this.db.transaction(() => {
      const { changes } = this.db
        .query("insert or ignore into looked select username from account where username = ?")
        .run(username);
      if (changes > 0) for (const line of lines) this.#insert(username, line);
    });
    begin.immediate();
  }

  /** Forgets what is known of a thread: the next look takes it as it is. */
  forget(username: string): void {
    this.db.query("delete from looked where username = ?").run(username);
  }

  /** Notes a line before it is written; resolves when that is on disk. What comes at once goes to disk together. */
  add(username: string, line: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (this.#waiting.push({ username, line, resolve, reject }) === 1) setImmediate(() => this.#flush());
    return promise;
  }

  #flush(): void {
    const jobs = this.#waiting;
    this.#waiting = [];
    try {
      this.db.transaction(() => jobs.forEach(({ username, line }) => this.#insert(username, line))).immediate();
      for (const { resolve } of jobs) resolve();
    } catch (error) {
      for (const { reject } of jobs) reject(error);
    }
  }

  /** Nothing when the account has gone meanwhile. */
  #insert(username: string, line: string): void {
    this.db
      .query("insert or ignore into received select username, ?2 from account where username = ?1")
      .run(username, line);
  }
}
