import { type Logger, messageOf } from "hearth";
import type { SessionChange } from "hearth-plugins/sessions";
import type { Ledger } from "./ledger";
import type { HomeFiles } from "./reading/home-files";
import { ownerOf } from "./reading/label";
import type { Indexes } from "./threads/indexes";

export interface InStepOptions {
  readonly indexes: Indexes;
  readonly ledger: Ledger;
  readonly files: () => HomeFiles;
  readonly log: Logger;
  /** Milliseconds without a change before changes are read. */
  readonly quiet: number;
  /** Sessions that are on their way now. */
  readonly onTheirWay: () => readonly Pick<SessionChange, "id" | "type">[];
  readonly track: <T>(what: string, work: Promise<T>) => Promise<T>;
}

/** How often the quiet is waited for anew, before changes are read all the same. */
const PATIENCE = 10;
const onItsWay: readonly string[] = ["gathering", "running", "finishing"];

/**
 * Keeps memory in step with the home. What changes while a session is on its way is its work: it is read when the session is over,
 * in its name; what changes at any other time is its keeper's.
 */
export class InStep {
  readonly #options: InStepOptions;
  readonly #told = new Set<string>();
  readonly #sessions = new Set<string>();
  #timer: Timer | undefined;
  #waited = 0;

  constructor(options: InStepOptions) {
    this.#options = options;
  }

  /** Begins, while a session may be on its way: the home is compared as a whole. Other sessions that an earlier life left open are over then. */
  begin(): Promise<void> {
    for (const { id, type } of this.#options.onTheirWay()) this.#began(id, type);
    return this.#bring("to read the home");
  }

  /** The home may have changed unseen. */
  look(): Promise<void> {
    return this.#sessions.size > 0 ? Promise.resolve() : this.#bring("to look at the home once more");
  }

  /** A file has changed. What belonged to a person who has gone does not wait: the next one of that name may be there already. */
  changed(path: string, isGone = false): void {
    const source = this.#options.files().sourceOf(path);
    if (!source) return;
    if (isGone && ownerOf(source, path) !== undefined)
      return void this.#options.track("to forget whose it was", this.#learn([path]));
    if (this.#sessions.size > 0) return;
    this.#told.add(path);
    if (this.#waited >= this.#options.quiet * PATIENCE) return;
    clearTimeout(this.#timer);
    this.#waited += this.#options.quiet;
    this.#timer = setTimeout(() => void this.#options.track("to read what changed", this.#read()), this.#options.quiet);
  }

  /** A session took a step. */
  async session({ id, type, state }: SessionChange): Promise<void> {
    if (onItsWay.includes(state)) this.#began(id, type);
    else if (this.#sessions.delete(id)) await this.#bring("to read what a session left");
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #began(id: string, type: string): void {
    if (!this.#sessions.has(id)) this.#options.ledger.began(id, type);
    this.#sessions.add(id);
  }

  async #read(): Promise<void> {
    const paths = [...this.#told];
    this.#told.clear();
    this.#waited = 0;
    if (this.#sessions.size === 0) await this.#learn(paths); // else its end brings everything in step
  }

  async #learn(paths: readonly string[]): Promise<void> {
    await this.#options.indexes
      .learn(paths)
      .catch(error =>
        this.#options.log.warn("what changed could not be read; it is tried again", { error: messageOf(error) }),
      );
  }

  /** What is new is the work of the session that is still open, if there is one; then its account is closed. */
  async #bring(what: string): Promise<void> {
    const { indexes, ledger, track } = this.#options;
    const over = ledger.open().filter(id => !this.#sessions.has(id));
    const bring = indexes.settle().then(
      // what an embedder lacked may have been put right
      () => indexes.bring(),
      () => false,
    );
    if (await track(what, bring)) for (const id of over) ledger.ended(id);
  }
}
