import { mkdirSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { type Logger, messageOf, storageFault } from "hearth";
import type { Embedder, Learned } from "../contract";
import type { IndexOptions } from "../index-parts";
import type { Ledger } from "../ledger";
import type { Progress } from "../progress";
import { HomeFiles } from "../reading/home-files";
import type { MemoryWitness } from "../witness";
import { type Choice, choose } from "./choice";
import { EmbedderFault } from "./index-faults";
import { dropFile, keyOf, keysIn, WORDS } from "./index-key";
import { indexOptions, type Surroundings } from "./index-options";
import type { FileNote } from "./index-work";
import { LiveIndex } from "./live-index";

export interface IndexesOptions extends Surroundings {
  /** Ids of embedders, the best first. */
  readonly wanted: readonly string[];
  readonly embedders: () => readonly Embedder[];
  readonly ledger: Ledger;
  readonly witnesses: () => readonly MemoryWitness[];
  readonly progress: Progress;
  readonly log: Logger;
  readonly workers: number;
  /** Seconds after which threads with nothing to embed are ended. */
  readonly idle: number;
  /** Seconds that a thread may take for a few passages. */
  readonly patience: number;
  /** Seconds after which what failed is tried again. */
  readonly retry: number;
  /** Whether the indexes are kept in step; else the one that answers is only opened. */
  readonly serve: boolean;
}

/** Seconds after which an index that was lost is begun anew. */
const SOON = 0.2;

/**
 * The index that answers, and beside it the one that is being made when another embedder is chosen: that one takes over when it is whole.
 * Which one answers is on record, so that a restart goes on where it was.
 */
export class Indexes {
  #answering: LiveIndex | undefined;
  #making: LiveIndex | undefined;
  #choice: Choice = { usable: [] };
  readonly #broken = new Map<Embedder, string>();
  #turn: Promise<void> = Promise.resolve();
  #told: string | undefined;
  #retry: Timer | undefined;
  #closed = false;

  /** Whether the index of a new embedder is made. */
  #makes: boolean;

  constructor(readonly options: IndexesOptions) {
    this.#makes = options.serve;
  }

  /** Why nothing can be embedded. */
  get problem(): string | undefined {
    return this.#choice.problem;
  }
  get embedder(): Embedder | undefined {
    return this.#choice.embedder;
  }
  /** Files of which not all is remembered, and why. */
  get notes(): readonly FileNote[] {
    return this.#answering?.notes ?? [];
  }
  /** The one that is being made to take over. */
  get making(): LiveIndex | undefined {
    return this.#making;
  }
  /** Those that are kept in step. */
  get all(): readonly LiveIndex[] {
    return [this.#answering, this.#making].filter(index => index !== undefined);
  }

  /** The index that answers; opened with the first question when it is not open yet. */
  async answering(): Promise<LiveIndex> {
    if (!this.#answering) await this.settle();
    if (!this.#answering) throw new Error("the index of memory is closed");
    return this.#answering;
  }

  /** Looks anew which embedders and sources there are, and opens what follows from it. @throws what SQLite says */
  async settle(): Promise<void> {
    try {
      await this.#inTurn(() => this.#settle());
    } catch (error) {
      this.#later();
      throw error;
    }
  }

  /** Brings all indexes in step with the home. Answers whether that went well; what did not is tried again later. Never throws. */
  async bring(): Promise<boolean> {
    const brought = await Promise.all(this.all.map(index => this.#bring(index)));
    return !brought.includes(false);
  }

  /** Has all indexes read files anew; resolves when the one that answers has. @param session that wrote them @throws what SQLite says */
  async learn(paths: readonly string[], session?: string, signal?: AbortSignal): Promise<Learned> {
    const index = await this.answering();
    const other = this.#making?.learn(paths, session);
    other?.catch(error => this.#failed(error));
    return index.learn(paths, session, signal).catch(error => {
      this.#later();
      throw error;
    });
  }

  /** Brings everything in step and makes all vectors, and has the index of a new embedder take over. @throws what SQLite says */
  async complete(signal: AbortSignal): Promise<void> {
    this.#makes = true;
    await this.settle();
    await Promise.all(this.all.map(index => index.bring()));
    await Promise.all(this.all.map(index => index.drained(signal)));
    const index = this.#making ?? this.#answering;
    if (index && !signal.aborted && (await index.left()) === 0) await this.#inTurn(() => this.#whole(index));
  }

  /** Deletes all indexes, and begins anew. */
  async forget(): Promise<void> {
    await this.#inTurn(async () => {
      const before = this.all;
      this.#answering = this.#making = undefined;
      await Promise.all(before.map(index => index.close()));
      for (const key of keysIn(this.options.folder)) dropFile(this.options.folder, key);
      await this.#settle();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    await Promise.all(this.all.map(index => index.close()));
    await this.#turn.catch(() => {});
    await Promise.all(this.all.map(index => index.close())); // one may have been opened meanwhile
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.catch(() => {}).then(() => (this.#closed ? undefined : work()));
    this.#turn = turn;
    return turn;
  }

  async #settle(): Promise<void> {
    const { wanted, embedders, ledger } = this.options;
    this.#choice = await choose(wanted, embedders(), this.#broken);
    this.#tell();
    const files = keysIn(this.options.folder);
    const before = this.#answering?.key ?? ledger.fact("answering");
    const last = before !== undefined && (this.#answering || files.includes(before)) ? before : undefined;
    const target = this.#choice.embedder ? keyOf(this.#choice.embedder) : (last ?? WORDS);
    try {
      this.#answering = await this.#opened(this.#answering, last ?? target);
      ledger.note("answering", this.#answering.key);
      this.#making = await this.#besides(target);
    } catch (error) {
      if (!(error instanceof EmbedderFault) || !this.#note(error)) throw error;
      await this.#settle();
    }
  }

  /** The index of the chosen embedder, when another one answers. */
  async #besides(target: string): Promise<LiveIndex | undefined> {
    const wanted = target !== this.#answering!.key && this.#makes;
    if (wanted) return this.#opened(this.#making, target);
    const left = this.#making;
    this.#making = undefined;
    await left?.close();
    return undefined;
  }

  /** The index of a key, as it has to be now: the one that is open, or another. */
  async #opened(open: LiveIndex | undefined, key: string): Promise<LiveIndex> {
    const embedder = this.#choice.usable.find(one => keyOf(one) === key);
    const options = indexOptions(this.options, key, embedder);
    if (open && isDeepStrictEqual(open.options.index, options)) return open;
    if (open && open === this.#answering) this.#answering = undefined; // who asks now waits for the next one
    if (open && open === this.#making) this.#making = undefined;
    await open?.close();
    mkdirSync(this.options.folder, { recursive: true, mode: 0o700 });
    const index = this.#live(key, options, embedder);
    try {
      await index.client.ask("counts"); // whether it can be opened shows now
    } catch (error) {
      await index.close();
      throw error instanceof EmbedderFault ? Object.assign(error, { embedder }) : error;
    }
    if (this.options.serve) void this.#bring(index);
    return index;
  }

  #live(key: string, options: IndexOptions, embedder: Embedder | undefined): LiveIndex {
    const { home, ledger, witnesses, progress, log, workers, idle, patience } = this.options;
    const index: LiveIndex = new LiveIndex({
      key,
      index: options,
      ...(embedder && { embedder }),
      files: new HomeFiles(home, options.sources),
      ledger,
      witnesses,
      progress,
      log,
      workers,
      idle,
      patience,
      embeds: this.options.serve,
      ready: () => void this.#inTurn(() => this.#whole(index)).catch(() => {}),
      broken: why => void this.#fell(embedder!, why),
      behind: why => this.#later(why === "lost" ? SOON : this.options.retry),
    });
    return index;
  }

  /** An index is in step and has its vectors: it takes over, and those of before are deleted. */
  async #whole(index: LiveIndex): Promise<void> {
    const { folder, ledger, log } = this.options;
    if (index === this.#making) {
      const old = this.#answering!;
      this.#answering = index;
      this.#making = undefined;
      ledger.note("answering", index.key);
      log.info("another index of memory answers now", { index: index.key, before: old.key });
      await old.close();
    }
    if (index !== this.#answering || this.#making) return;
    for (const key of keysIn(folder)) if (key !== index.key) dropFile(folder, key);
  }

  /** An embedder said that it can be used, and cannot. */
  async #fell(embedder: Embedder, why: string): Promise<void> {
    this.#broken.set(embedder, why);
    await this.settle().catch(error => this.#failed(error));
  }

  #note(fault: EmbedderFault & { readonly embedder?: Embedder }): boolean {
    if (!fault.embedder || this.#broken.has(fault.embedder)) return false;
    this.#broken.set(fault.embedder, messageOf(fault));
    return true;
  }

  async #bring(index: LiveIndex): Promise<boolean> {
    try {
      await index.bring();
      return true;
    } catch (error) {
      if (this.all.includes(index)) this.#failed(error);
      return false;
    }
  }

  #failed(error: unknown): void {
    if (this.#closed) return;
    this.options.log.warn("memory is not in step; it is tried again", {
      error: this.#wordsOf(error),
      seconds: this.options.retry,
    });
    this.#later();
  }

  /** Of a disk that takes nothing SQLite says little; the indexes tell it themselves, the ledger beside them does not. */
  #wordsOf(error: unknown): string {
    const why = storageFault(error);
    const said = messageOf(error);
    return why === undefined || said.includes(why) ? said : `${why}; make room beside ${this.options.folder} (${said})`;
  }

  #later(seconds = this.options.retry): void {
    if (this.#closed || !this.options.serve) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.#again(), seconds * 1000);
  }

  async #again(): Promise<void> {
    await this.settle().catch(error => this.#failed(error));
    await this.bring();
  }

  /** Says once that nothing can be embedded, and once that something can again. */
  #tell(): void {
    const { problem, embedder } = this.#choice;
    const text = problem ?? embedder?.id;
    if (text === this.#told) return;
    this.#told = text;
    if (problem) this.options.log.warn("memory finds words only: there is no embedder", { why: problem });
    else this.options.log.debug("memory has an embedder", { embedder: embedder!.id });
  }
}
