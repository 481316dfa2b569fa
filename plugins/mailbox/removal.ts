import { mkdir, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Clock, Home } from "hearth";
import type { Letterbox } from "hearth-plugins/letterbox";
import type { Accounts } from "./accounts";
import { FOLDER, type Threads, threadPath } from "./threads";
import type { Writer } from "./writer";

/** Where the threads of accounts that are gone lie, relative to the home. */
export const REMOVED = `${FOLDER}/.removed`;

export interface RemovalOptions {
  readonly home: Home;
  readonly clock: Clock;
  readonly accounts: Accounts;
  readonly threads: Threads;
  readonly writer: Writer;
  readonly letterbox: Letterbox;
}

/**
 * Removes an account with its sessions. Its thread stays in the home, set aside; answers where, or nothing when there was none.
 * The thread goes first: an account without a thread can be removed again, a thread without an account would fall to the next of that name,
 * and so would answers to letters that the agent has not seen yet.
 */
export const removeAccount = (
  { home, clock, accounts, threads, writer, letterbox }: RemovalOptions,
  username: string,
): Promise<string | undefined> =>
  writer.alone(username, async () => {
    const aside = await setAside(home, username, clock.now().toISOString().slice(0, 10));
    await letterbox.displaced(threadPath(username));
    accounts.remove(username);
    threads.forget(username);
    return aside;
  });

async function setAside(home: Home, username: string, day: string): Promise<string | undefined> {
  const folder = await home.resolve(`${FOLDER}/${username}`);
  if (!(await isThere(folder))) return;
  const removed = await home.resolve(REMOVED);
  await mkdir(removed, { recursive: true });
  for (let number = 1; ; number++) {
    const name = `${username}-${day}${number === 1 ? "" : `-${number}`}`;
    if (await isThere(join(removed, name))) continue;
    await rename(folder, join(removed, name));
    return `${REMOVED}/${name}`;
  }
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    error => {
      if (error.code === "ENOENT") return false;
      throw error;
    },
  );
