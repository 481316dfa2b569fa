import { statSync } from "node:fs";
import { join } from "node:path";
import { type Home, type HomeFile, type Logger, localDay, messageOf } from "hearth";
import { dayOf } from "./day";
import type { LogBook, ReadLog } from "./log-book";
import { type LogResult, readResult } from "./log-result";
import { Upkeep } from "./upkeep";

/** A session that has a result. */
export interface PastSession extends LogResult {
  /** Nothing when the log's name holds no day of the calendar. */
  readonly day: string | undefined;
}

export interface SessionLogsOptions {
  readonly home: Home;
  readonly book: LogBook;
  /** The zone in which days are counted. */
  readonly timeZone: string;
  readonly log: Logger;
  /** Aborted when nothing more should be read. */
  readonly signal: AbortSignal;
}

const FOLDER = "logs";
/** Logs that are read at the same time. */
const BATCH = 16;
/** Milliseconds in which a file or folder may change once more without its time showing it. */
const YOUNG = 50;
/** Milliseconds for which a log without a result may still get one. */
const OPEN = 24 * 3600 * 1000;

/**
 * The sessions of which `logs/session-*.log` tells: Hearth's own, and those of the systems before it.
 * Each log is read once. The folder is looked at for each question, and listed when it is another than before.
 */
export class SessionLogs {
  readonly #options: SessionLogsOptions;
  #known: Map<string, ReadLog> | undefined;
  readonly #upkeep = new Upkeep(
    () => this.#seen === undefined || this.#seen !== this.#sight(),
    () => this.#look(),
  );
  #sessions: readonly PastSession[] = [];
  #version = 0;
  /** The folder, and the logs in it that may still get a result, as they were when they were last looked at. */
  #seen: string | undefined;
  #open: readonly string[] = [];

  constructor(options: SessionLogsOptions) {
    this.#options = options;
  }

  /** All of them, in no order. */
  get sessions(): readonly PastSession[] {
    return this.#sessions;
  }

  /** Differs whenever there are other sessions. */
  get version(): number {
    return this.#version;
  }

  /** Reads what has changed. */
  upToDate(): Promise<void> {
    return this.#upkeep.done();
  }

  /** What the folder and the open logs look like now. */
  #sight(): string {
    return [FOLDER, ...this.#open].map(path => stampAt(join(this.#options.home.path, path))).join();
  }

  async #look(): Promise<void> {
    const now = Date.now(); // files carry the machine's time
    const folder = stampAt(join(this.#options.home.path, FOLDER));
    const known = this.#known ?? this.#options.book.load();
    const files = await this.#list();
    const there = new Set(files.map(({ name }) => name));
    const gone = [...known.keys()].filter(name => !there.has(name));
    const read = await this.#readAll(files.filter(file => known.get(file.name)?.stamp !== stampOf(file)));
    if (this.#options.signal.aborted) return;
    this.#take(known, read, gone);
    const open = files.filter(({ name, mtimeMs }) => !known.get(name)?.result && now - mtimeMs < OPEN);
    this.#open = open.map(({ path }) => path);
    const stamps = [folder, ...open.map(stampOf)];
    this.#seen = stamps.some(stamp => isYoung(stamp, now)) ? undefined : stamps.join();
  }

  async #list(): Promise<readonly HomeFile[]> {
    try {
      return (await this.#options.home.list(FOLDER)).filter(({ name }) => isSessionLog(name));
    } catch (error) {
      this.#options.log.warn("the logs of past sessions cannot be listed", { path: FOLDER, problem: messageOf(error) });
      return [];
    }
  }

  async #readAll(files: readonly HomeFile[]): Promise<ReadonlyMap<string, ReadLog>> {
    const read = new Map<string, ReadLog>();
    for (let from = 0; from < files.length && !this.#options.signal.aborted; from += BATCH)
      for (const [name, log] of await Promise.all(files.slice(from, from + BATCH).map(file => this.#read(file))))
        read.set(name, log);
    return read;
  }

  async #read(file: HomeFile): Promise<[string, ReadLog]> {
    const { home, log } = this.#options;
    try {
      return [file.name, { stamp: stampOf(file), result: await readResult(await home.resolve(file.path)) }];
    } catch (error) {
      log.warn("the log of a session cannot be read", { path: file.path, problem: messageOf(error) });
      return [file.name, { stamp: stampOf(file), result: undefined }];
    }
  }

  #take(known: Map<string, ReadLog>, read: ReadonlyMap<string, ReadLog>, gone: readonly string[]): void {
    for (const name of gone) known.delete(name);
    for (const [name, log] of read) known.set(name, log);
    const changed = gone.length + read.size > 0;
    if (changed) this.#save(read, gone);
    if (!changed && this.#known) return;
    this.#sessions = [...known].flatMap(([name, log]) => this.#sessionOf(name, log));
    this.#known = known;
    this.#version++;
  }

  /** Without it, the same logs are read again after the next start; that is all. */
  #save(read: ReadonlyMap<string, ReadLog>, gone: readonly string[]): void {
    try {
      this.#options.book.save(read, gone);
    } catch (error) {
      this.#options.log.warn("what was read in the logs could not be kept", { error: messageOf(error) });
    }
  }

  #sessionOf(name: string, { result }: ReadLog): readonly PastSession[] {
    return result ? [{ ...result, day: this.#dayOfLog(name) }] : [];
  }

  /** Hearth names its logs by UTC, to the millisecond; others by the time of their place. */
  #dayOfLog(name: string): string | undefined {
    const [, year, month, day, hour, minute, second] =
      /^session-(\d{4})(\d\d)(\d\d)-(?:(\d\d)(\d\d)(\d\d)-\d{3}\.log$)?/.exec(name) ?? [];
    const date = dayOf(`${year}-${month}-${day}`);
    if (date === undefined || hour === undefined) return date;
    const moment = new Date(`${date}T${hour}:${minute}:${second}Z`);
    return Number.isNaN(moment.getTime()) ? date : localDay(moment, this.#options.timeZone);
  }
}

const isSessionLog = (name: string): boolean => /^session-\d{8}-.*\.log$/s.test(name);

const stampOf = ({ size, mtimeMs }: { readonly size: number; readonly mtimeMs: number }): string =>
  `${size}/${mtimeMs}`;

/** Whether what is stamped so may change once more in the same moment. */
const isYoung = (stamp: string, now: number): boolean => Math.abs(now - Number(stamp.split("/")[1])) < YOUNG;

/** Nothing is "". */
function stampAt(path: string): string {
  try {
    const info = statSync(path, { throwIfNoEntry: false });
    return info ? stampOf(info) : "";
  } catch {
    return "";
  }
}
