import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { Draft, HttpError } from "hearth";
import type { GiftFiles } from "./gift-content";
import { COMPANION } from "./gift-name";

/**
 * Puts gifts in their folder, one after the other. All bytes are on the disk before anything is seen; then the companion gets its
 * name, then the gift. So a gift is never there without the text about it, and what fails leaves nothing.
 */
export class GiftBox {
  #last: Promise<unknown> = Promise.resolve();

  /** @param folder absolute. @throws HttpError 409 when the name, or that of its companion, is taken */
  put(folder: string, name: string, files: GiftFiles): Promise<void> {
    const turn = this.#last.then(() => put(folder, name, files));
    this.#last = turn.catch(() => {});
    return turn;
  }
}

async function put(folder: string, name: string, { main, companion }: GiftFiles): Promise<void> {
  await using gift = await Draft.in(folder, main);
  if (companion === undefined) return await publish(gift, name);
  const undo = await putCompanion(folder, name + COMPANION, companion);
  try {
    await publish(gift, name);
  } catch (error) {
    await undo();
    throw error;
  }
}

async function publish(draft: Draft, name: string): Promise<void> {
  if (!(await draft.publish(name))) throw taken();
}

/** Answers how to take it back. One that says the same already stays: it is what a crash left of this gift. */
async function putCompanion(folder: string, name: string, text: string): Promise<() => Promise<void>> {
  await using draft = await Draft.in(folder, text);
  const file = join(folder, name);
  if (await draft.publish(name)) return () => rm(file, { force: true });
  if ((await readFile(file, "utf8").catch(() => undefined)) !== text) throw taken();
  return async () => {};
}

const taken = () => new HttpError(409, "File already exists");
