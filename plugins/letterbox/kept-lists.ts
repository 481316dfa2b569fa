import { type Database, type Kept, kept } from "hearth";
import type { ListName, Quarantine } from "./quarantine";
import { itemOf } from "./shapes";

/** The lists of the quarantine as answers, which are made anew only when the database has changed. */
export class KeptLists {
  /** The answer of each list that was asked for last, and how many of its newest it holds. */
  readonly #kept = new Map<ListName, { readonly limit: number; readonly answer: Kept }>();
  #version = "";

  constructor(
    readonly db: Database,
    readonly quarantine: Quarantine,
  ) {}

  /** The newest of a list. */
  of(name: ListName, limit: number): Kept {
    const version = this.#versionNow();
    if (version !== this.#version) this.#kept.clear();
    this.#version = version;
    const known = this.#kept.get(name);
    if (known?.limit === limit) return known.answer;
    const answer = kept({ messages: this.quarantine.list(name, limit).map(itemOf) });
    this.#kept.set(name, { limit, answer });
    return answer;
  }

  /** Changes with every write: this process's own, and another's. */
  #versionNow(): string {
    const own = this.db.query<{ n: number }, []>("select total_changes() as n").get()!.n;
    const others = this.db.query<{ data_version: number }, []>("pragma data_version").get()!.data_version;
    return `${own} ${others}`;
  }
}
