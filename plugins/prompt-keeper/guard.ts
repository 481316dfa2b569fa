import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, type Home, type Logger, messageOf } from "hearth";
import { readonlyIn, type SessionType } from "hearth-plugins/sessions";
import { type Entries, look } from "./look";
import { PROMPT, readPrompt } from "./prompt-file";
import { restore, type Undone } from "./restore";
import type { By, Versions } from "./versions";
import type { Watch, Watches } from "./watches";

/** What guarding needs; the plugin puts it together. */
export interface GuardOptions {
  readonly home: Home;
  readonly clock: Clock;
  readonly log: Logger;
  readonly watches: Watches;
  readonly versions: Versions;
  /** A folder that no agent reaches: what was undone is kept in it, by session. */
  readonly aside: string;
  /** Sessions of which that is kept. */
  readonly keep: number;
}

/** A session that begins. */
export interface Begun extends By {
  readonly settings: SessionType;
}

/** Bytes of a guarded file of which the content is kept. */
const LARGEST = 32 * 1024 * 1024;

/** Keeps what a session may not change, and makes it as it was when the session's agent has ended. */
export class Guard {
  readonly #house: GuardOptions;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: GuardOptions) {
    this.#house = options;
  }

  /** Before a session's agent begins. @throws what keeps its guarded files from being kept: then it must not begin */
  begin({ session, type, settings }: Begun): Promise<void> {
    return this.#inTurn(async () => {
      const { home, clock, versions, watches } = this.#house;
      const prompt = await readPrompt(home);
      if (prompt) versions.addNew(clock.now(), "found", prompt);
      const approve = settings.keepsPrompt && settings.approvePrompt;
      const paths = [...new Set([...readonlyIn(settings), ...(approve ? [PROMPT] : [])])];
      const entries = await look(home.path, paths);
      watches.begin({ session, type, paths, approve }, entries, await this.#contents(entries));
    });
  }

  /** When its agent has ended: notes the prompt that it left, and undoes what it may not have done. Nothing for one that is not guarded any more. */
  end(session: string): Promise<void> {
    return this.#inTurn(async () => {
      const watch = this.#house.watches.find(session);
      if (watch) await this.#close(watch);
    });
  }

  /** A person puts something in place of prompt.md, while no session is undone. */
  replacePrompt(bytes: Uint8Array): Promise<void> {
    return this.#inTurn(async () => {
      const { home, watches } = this.#house;
      await home.write(PROMPT, bytes);
      watches.replaced(PROMPT, await look(home.path, [PROMPT]), bytes);
    });
  }

  async #close(watch: Watch): Promise<void> {
    const { home, clock, versions, watches, aside } = this.#house;
    const left = await readPrompt(home);
    const was = watches.guarded(watch.session);
    const undone = await restore({
      home: home.path,
      paths: watch.paths,
      was,
      contentOf: hash => versions.contents.get(hash),
      aside: join(aside, watch.session),
    });
    this.#note(watch, undone, left);
    watches.end();
    await this.#forgetOld().catch(error =>
      this.#house.log.warn("what was set aside long ago could not be deleted", {
        error: messageOf(error),
      }),
    );
    if (!watch.paths.includes(PROMPT) && left) versions.addNew(clock.now(), "session", left, watch);
  }

  /** Writes down what was undone, and the prompt that does not count, or not yet. */
  #note(watch: Watch, undone: readonly Undone[], left: Uint8Array | undefined): void {
    const { clock, versions, log } = this.#house;
    const waits = (one: Undone) => watch.approve && left !== undefined && one.path === PROMPT && one.what !== "deleted";
    if (left && undone.some(({ path, what }) => path === PROMPT && what !== "deleted"))
      versions.add(clock.now(), watch.approve ? "waiting" : "refused", left, watch);
    const reported = undone.filter(one => !waits(one));
    if (reported.length === 0) return;
    versions.undo(clock.now(), watch, reported);
    log.warn("a session changed files that it may not change; they are as they were", {
      session: watch.session,
      type: watch.type,
      files: reported.slice(0, 20).map(({ path, what }) => `${path} (${what})`),
      count: reported.length,
    });
  }

  async #contents(entries: Entries): Promise<Map<string, Uint8Array>> {
    const bytes = new Map<string, Uint8Array>();
    for (const [path, { kind, size }] of entries) {
      if (kind !== "file") continue;
      const content =
        size > LARGEST ? undefined : await readFile(join(this.#house.home.path, path)).catch(() => undefined);
      if (content) bytes.set(path, content);
      else this.#house.log.warn("a guarded file cannot be kept: it is too large or cannot be read", { file: path });
    }
    return bytes;
  }

  async #forgetOld(): Promise<void> {
    const { aside, keep } = this.#house;
    const sessions = (await readdir(aside).catch(() => [])).sort();
    for (const old of sessions.slice(0, -keep)) await rm(join(aside, old), { recursive: true, force: true });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }
}
