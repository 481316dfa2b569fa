import { constants } from "node:fs";
import { copyFile, lstat, mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Home } from "hearth";
import { FOLDER } from "./threads";

const STAGE = `${FOLDER}/.importing`;

/** Copies of threads that are on their way into the home: nothing of them is in its place before all of them are there. */
export class OldThreads {
  readonly #published: { readonly from: string; readonly to: string }[] = [];

  /** @param source the folder of the original that holds one folder for each username */
  constructor(
    readonly home: Home,
    readonly source: string,
  ) {}

  /** Those of whom something is in the home already. */
  async clashes(usernames: readonly string[]): Promise<string[]> {
    const found = await Promise.all(
      usernames.map(async username => (await namesIn(await this.#placeOf(username))).length > 0),
    );
    return usernames.filter((_, at) => found[at]);
  }

  /** Copies threads and pictures beside their places, flushed. Links and other files are left. Answers how many files. */
  async stage(usernames: readonly string[]): Promise<number> {
    const stage = await this.home.resolve(STAGE);
    await rm(stage, { recursive: true, force: true });
    let copied = 0;
    for (const username of usernames) {
      const from = join(this.source, username);
      const to = join(stage, username);
      await mkdir(to, { recursive: true });
      copied += await copyRegular(join(from, "thread.jsonl"), join(to, "thread.jsonl"));
      for (const name of await namesIn(join(from, "attachments"))) {
        await mkdir(join(to, "attachments"), { recursive: true });
        copied += await copyRegular(join(from, "attachments", name), join(to, "attachments", name));
      }
    }
    return copied;
  }

  /** Puts the copies in their places. Throws when one is taken; `takeBack` undoes what was done then. */
  async publish(usernames: readonly string[]): Promise<void> {
    const stage = await this.home.resolve(STAGE);
    for (const username of usernames) {
      const move = { from: join(stage, username), to: await this.#placeOf(username) };
      await rename(move.from, move.to);
      this.#published.push(move);
    }
    await rm(stage, { recursive: true, force: true });
  }

  /** Takes everything out of the home again. */
  async takeBack(): Promise<void> {
    for (const { to } of this.#published) await rm(to, { recursive: true, force: true });
    await rm(await this.home.resolve(STAGE), { recursive: true, force: true });
  }

  #placeOf(username: string): Promise<string> {
    return this.home.resolve(`${FOLDER}/${username}`);
  }
}

/** The letter up to which somebody has read, as the original kept it in their folder; nothing for what cannot be read. */
export async function oldCursor(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, "cursor.json"), "utf8").catch(() => "{}");
  try {
    const id = (JSON.parse(text) as { last_read_id?: unknown } | null)?.last_read_id;
    return typeof id === "string" ? id : undefined;
  } catch {
    return;
  }
}

const namesIn = (folder: string): Promise<string[]> =>
  readdir(folder).catch(error => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return [];
    throw error;
  });

async function copyRegular(from: string, to: string): Promise<number> {
  const info = await lstat(from).catch(() => undefined);
  if (!info?.isFile()) return 0;
  await copyFile(from, to, constants.COPYFILE_EXCL);
  await using file = await open(to, "r+");
  await file.sync();
  return 1;
}
