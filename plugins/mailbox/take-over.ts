import { readFile, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, type Database, HearthError, type Home, messageOf } from "hearth";
import type { Senders } from "hearth-plugins/letterbox";
import type { Accounts } from "./accounts";
import type { Cursor, Cursors } from "./cursors";
import type { Logins } from "./logins";
import { type OldAccount, readOldAccounts } from "./old-accounts";
import { OldThreads, oldCursor } from "./old-threads";
import { FOLDER, type Threads } from "./threads";

/** Bytes of an accounts file at the most. */
const MOST = 64 * 1024 * 1024;

export interface TakeOverOptions {
  readonly home: Home;
  readonly db: Database;
  readonly clock: Clock;
  readonly accounts: Accounts;
  readonly logins: Logins;
  readonly cursors: Cursors;
  readonly threads: Threads;
  readonly senders: Senders;
  readonly reserved: ReadonlySet<string>;
}

/** What was taken over. */
export interface TakenOver {
  readonly accounts: number;
  readonly sessions: number;
  /** Accounts whose key is not trusted here: nobody gets in before it is. */
  readonly untrusted: readonly string[];
  readonly files: number;
}

/** Takes the accounts of the original over, with their threads: all of them or none. */
export class TakeOver {
  #busy = false;

  constructor(readonly options: TakeOverOptions) {}

  /**
   * @param file the original's `mailbox-accounts.json`, absolute; it stays as it is
   * @param mailbox the folder of its threads, absolute; without it, they are in the home already
   * @throws Error that says what is wrong; nothing has changed then
   */
  async run(file: string, mailbox: string | undefined): Promise<TakenOver> {
    if (this.#busy) throw new HearthError("TWICE", "an import is going on");
    this.#busy = true;
    try {
      return await this.#run(file, mailbox);
    } finally {
      this.#busy = false;
    }
  }

  async #run(file: string, mailbox: string | undefined): Promise<TakenOver> {
    const old = await this.#read(file);
    const source = mailbox === undefined ? undefined : await this.#sourceOf(mailbox);
    const copies = source === undefined ? undefined : new OldThreads(this.options.home, source);
    const names = old.map(({ username }) => username);
    const there = (await copies?.clashes(names)) ?? [];
    if (there.length > 0)
      throw new Error(`${there.join(", ")}: something is in the home already; nothing was imported`);
    try {
      const files = (await copies?.stage(names)) ?? 0;
      await copies?.publish(names);
      for (const name of names) this.options.threads.forget(name);
      const cursors = await this.#cursors(names, source ?? join(this.options.home.path, FOLDER));
      return { ...this.#write(old, cursors), files };
    } catch (error) {
      await copies?.takeBack();
      for (const name of names) this.options.threads.forget(name);
      throw error;
    }
  }

  async #read(file: string): Promise<OldAccount[]> {
    const { accounts, senders, reserved } = this.options;
    const old = await oldAccountsIn(file);
    for (const { username, line } of old)
      if (reserved.has(username))
        throw new Error(`${file}, line ${line}: nobody can have the username ${username} here; nothing was imported`);
    const known = old.filter(
      ({ username, key }) => accounts.clashOf({ username, fingerprint: senders.fingerprintOf(key) }) !== undefined,
    );
    if (known.length > 0)
      throw new Error(
        `there already: ${known.map(({ username }) => username).join(", ")}; nothing was imported. Remove these, here or from the file`,
      );
    return old;
  }

  /** Nothing when the threads are in their places already. */
  async #sourceOf(mailbox: string): Promise<string | undefined> {
    if (!(await stat(mailbox)).isDirectory()) throw new Error(`${mailbox} is not a folder`);
    const here = await realpath(join(this.options.home.path, FOLDER)).catch(() => undefined);
    return (await realpath(mailbox)) === here ? undefined : mailbox;
  }

  async #cursors(names: readonly string[], folder: string): Promise<Map<string, Cursor>> {
    const cursors = new Map<string, Cursor>();
    for (const name of names) {
      const id = await oldCursor(join(folder, name));
      const letter = id === undefined ? undefined : (await this.options.threads.index(name)).find(id);
      if (letter) cursors.set(name, { id: letter.id, moment: letter.moment });
    }
    return cursors;
  }

  #write(old: readonly OldAccount[], cursors: ReadonlyMap<string, Cursor>): Omit<TakenOver, "files"> {
    const { db, accounts, logins, clock, senders, cursors: places } = this.options;
    const now = clock.now();
    let sessions = 0;
    db.transaction(() => {
      for (const { username, displayName, passwordHash, registeredAt, key, sessions: logged } of old) {
        const fingerprint = senders.fingerprintOf(key);
        accounts.insert({
          username,
          displayName,
          passwordHash,
          fingerprint,
          registeredAt: registeredAt.toISOString(),
        });
        for (const { tokenHash, expires } of logged) {
          if (expires <= now) continue;
          logins.insert(tokenHash, username, now, expires);
          sessions++;
        }
        const cursor = cursors.get(username);
        if (cursor) places.advance(username, cursor);
      }
    }).immediate();
    const untrusted = old.filter(({ key }) => !senders.trusts(senders.fingerprintOf(key)));
    return { accounts: old.length, sessions, untrusted: untrusted.map(({ username }) => username) };
  }
}

async function oldAccountsIn(file: string): Promise<OldAccount[]> {
  const info = await stat(file);
  if (!info.isFile() || info.size > MOST) throw new Error(`${file} is no file of at most ${MOST} bytes`);
  try {
    return readOldAccounts(new TextDecoder("utf-8", { fatal: true }).decode(await readFile(file)));
  } catch (error) {
    throw new Error(`${file}, ${messageOf(error)}; nothing was imported`);
  }
}
