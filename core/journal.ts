import type { Database } from "bun:sqlite";
import type { Journal, Outcome } from "./pipeline";

/** Forgets, when the kernel stops: for tests and for kernels that live for one command. */
export class MemoryJournal implements Journal {
  readonly #runs = new Map<string, Map<string, Outcome>>();

  outcomes(pipeline: string, key: string): Outcome[] {
    return [...(this.#runs.get(`${pipeline} ${key}`)?.values() ?? [])];
  }

  last(pipeline: string, hook: string): Outcome | undefined {
    const runs = [...this.#runs].filter(([name]) => name.startsWith(`${pipeline} `)).map(([, run]) => run.get(hook));
    return runs.filter(outcome => outcome !== undefined).at(-1);
  }

  write(pipeline: string, key: string, outcome: Outcome): void {
    const run = this.#runs.get(`${pipeline} ${key}`) ?? new Map();
    this.#runs.set(`${pipeline} ${key}`, run.set(outcome.id, outcome));
  }
}

/** Keeps the outcomes of hooks in the kernel's database. */
export class DiskJournal implements Journal {
  constructor(readonly db: Database) {}

  outcomes(pipeline: string, key: string): Outcome[] {
    return this.db
      .query<{ outcome: string }, [string, string]>(
        "select outcome from outcome where pipeline = ? and run = ? order by rowid",
      )
      .all(pipeline, key)
      .map(row => JSON.parse(row.outcome));
  }

  last(pipeline: string, hook: string): Outcome | undefined {
    const row = this.db
      .query<{ outcome: string }, [string, string]>(
        "select outcome from outcome where pipeline = ? and hook = ? order by rowid desc limit 1",
      )
      .get(pipeline, hook);
    return row ? JSON.parse(row.outcome) : undefined;
  }

  write(pipeline: string, key: string, outcome: Outcome): void {
    this.db
      .query("insert or replace into outcome (pipeline, run, hook, outcome) values (?, ?, ?, ?)")
      .run(pipeline, key, outcome.id, JSON.stringify(outcome));
  }
}
