import { stat } from "node:fs/promises";
import { join } from "node:path";
import { type HomeFile, HomeFolder } from "hearth";

/** A listing, and what its folder looked like then. */
interface Listing {
  readonly mtimeMs: number;
  readonly files: readonly HomeFile[];
}

/**
 * The home with a memory for long folders: a listing is kept while a watch sees the folder and nothing in it has changed.
 * Names that come and go show in the folder's own time, writes in place are told by the watch.
 * Without a watch every listing is made anew.
 */
export class RememberingHome extends HomeFolder {
  readonly #listings = new Map<string, Listing>();

  /** @param sees whether a watch tells of changes at a path of the home */
  constructor(
    home: HomeFolder,
    readonly sees: (path: string) => boolean,
  ) {
    super(home.path);
  }

  override async list(folder: string): Promise<HomeFile[]> {
    if (!this.sees(join(folder, "any.md"))) return super.list(folder);
    const mtimeMs = await this.#timeOf(folder);
    const held = this.#listings.get(folder);
    if (held && held.mtimeMs === mtimeMs) return [...held.files];
    const files = await super.list(folder);
    if (mtimeMs !== undefined) this.#listings.set(folder, { mtimeMs, files });
    return files;
  }

  /** Something in a folder has changed. Answers whether the folder was remembered. */
  forget(folder: string): boolean {
    return this.#listings.delete(folder);
  }

  async #timeOf(folder: string): Promise<number | undefined> {
    const info = await stat(join(this.path, folder)).catch(() => undefined);
    return info?.mtimeMs;
  }
}
