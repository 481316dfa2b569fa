import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, type Home, type Logger, messageOf } from "hearth";
import { readonlyIn, type SessionType } from "hearth-plugins/sessions";
import { hashOf } from "./contents";
import { type Entries, look } from "./look";
import { PROMPT, readPrompt } from "./prompt-file";
import { isAnothers, restore, type Undone } from "./restore";
import type { By, Versions } from "./versions";
import type { Guarded, Watch, Watches } from "./watches";

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
  readonly #options: GuardOptions;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: GuardOptions) {
    this.#options = options;
  }

  /** Before a session's agent begins. @throws what keeps its guarded files from being kept: then it must not begin */
  begin({ session, type, settings }: Begun): Promise<void> {
    return this.#inTurn(async () => {
      const { home, clock, versions, watches } = this.#options;
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
      const watch = this.#options.watches.find(session);
      if (watch) await this.#close(watch);
    });
  }

  /** A person puts something in place of prompt.md, while no session is undone. */
  replacePrompt(bytes: Uint8Array): Promise<void> {
    return this.#inTurn(async () => {
      const { home, watches } = this.#options;
      await home.write(PROMPT, bytes);
      watches.replaced(PROMPT, await look(home.path, [PROMPT]), bytes);
    });
  }

  /** May be cut off by a crash at any place, and is then done again: what a person has changed meanwhile stays. */
  async #close(watch: Watch): Promise<void> {
    const { home, clock, versions, watches, aside } = this.#options;
    const { session } = watch;
    const since = watch.ended ?? undefined;
    if (since === undefined) watches.agentEnded(session, Date.now());
    const was = watches.guarded(session);
    await this.#keepPrompt(watch, was.get(PROMPT), since);
    await restore({
      home: home.path,
      paths: watch.paths,
      was,
      contentOf: hash => versions.contents.get(hash),
      aside: join(aside, session),
      since,
      undid: one => this.#waits(watch, one) || versions.undo(clock.now(), watch, one),
    });
    watches.end();
    this.#tell(watch);
    await this.#forgetOld().catch(error =>
      this.#options.log.warn("what was set aside long ago could not be deleted", {
        error: messageOf(error),
      }),
    );
  }

  /** Writes down the prompt that the session leaves: it counts, or waits, or is refused. */
  async #keepPrompt(watch: Watch, was: Guarded | undefined, since: number | undefined): Promise<void> {
    const { home, clock, versions } = this.#options;
    const left = await readPrompt(home);
    if (!left || (await isAnothers({ home: home.path, since }, PROMPT))) return;
    if (!watch.paths.includes(PROMPT)) versions.addNew(clock.now(), "session", left, watch);
    else if (hashOf(left) !== was?.hash)
      versions.addAside(clock.now(), watch.approve ? "waiting" : "refused", left, watch);
  }

  /** Whether it is the prompt that waits for a person: nothing that the session may not do. */
  #waits({ approve, session }: Watch, { path }: Undone): boolean {
    return approve && path === PROMPT && this.#options.versions.of(session).some(({ origin }) => origin === "waiting");
  }

  #tell({ session, type }: Watch): void {
    const { versions, log } = this.#options;
    const undone = versions.undoneIn(session);
    if (undone.length === 0) return;
    log.warn("a session changed files that it may not change; they are as they were", {
      session,
      type,
      files: undone.slice(0, 20).map(({ path, what }) => `${path} (${what})`),
      count: undone.length,
    });
    versions.pruneUndone();
  }

  async #contents(entries: Entries): Promise<Map<string, Uint8Array>> {
    const bytes = new Map<string, Uint8Array>();
    for (const [path, { kind, size }] of entries) {
      if (kind !== "file") continue;
      const content =
        size > LARGEST ? undefined : await readFile(join(this.#options.home.path, path)).catch(() => undefined);
      if (content) bytes.set(path, content);
      else this.#options.log.warn("a guarded file cannot be kept: it is too large or cannot be read", { file: path });
    }
    return bytes;
  }

  async #forgetOld(): Promise<void> {
    const { aside, keep } = this.#options;
    const sessions = (await readdir(aside).catch(() => [])).sort();
    for (const old of sessions.slice(0, -keep)) await rm(join(aside, old), { recursive: true, force: true });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }
}
