import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { appendLines, inside, type ReadText, readText, writeAtomic } from "./files";
import { service } from "./tokens";

/** A file of the home, as a listing shows it. */
export interface HomeFile {
  /** Relative to the home, with "/". */
  readonly path: string;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly mtimeMs: number;
}

/** The agent's home: a real folder of markdown. Paths are relative to it and never leave it; every method throws OUTSIDE for one that does. */
export class HomeFolder {
  constructor(
    /** Absolute. */
    readonly path: string,
  ) {}

  /** The real, absolute path of something in the home. */
  resolve(path: string): Promise<string> {
    return inside(this.path, path);
  }

  /** A text file, or nothing when it is not there. Bytes that are not UTF-8 are replaced and told. */
  async read(path: string): Promise<ReadText | undefined> {
    const file = await this.#placeOf(path);
    return file === undefined ? undefined : readText(file);
  }

  /** Replaces a file whole or not at all. */
  async write(path: string, content: string | Uint8Array, mode?: number): Promise<void> {
    await writeAtomic(await this.resolve(path), content, mode);
  }

  /** Appends whole lines with one flushed write. */
  async append(path: string, lines: string): Promise<void> {
    await appendLines(await this.resolve(path), lines);
  }

  /** The regular files of one folder, not of its folders, in no order; none when the folder is missing. Names that begin with a dot are left out. */
  async list(folder: string): Promise<HomeFile[]> {
    const base = await this.#placeOf(folder);
    if (base === undefined) return [];
    const entries = await readdir(base, { withFileTypes: true }).catch(() => []);
    const files = entries.filter(entry => !entry.name.startsWith(".") && !entry.isDirectory());
    const found = await Promise.all(files.map(entry => this.#look(folder, base, entry.name)));
    return found.filter(file => file !== undefined);
  }

  /** Nothing for a path through a file, where nothing can be. */
  #placeOf(path: string): Promise<string | undefined> {
    return this.resolve(path).catch(error => {
      if (error.code === "ENOTDIR") return undefined;
      throw error;
    });
  }

  async #look(folder: string, base: string, name: string): Promise<HomeFile | undefined> {
    const info = await stat(join(base, name)).catch(() => undefined);
    if (!info?.isFile()) return;
    return { path: join(folder, name), name, size: info.size, mtimeMs: info.mtimeMs };
  }
}

/** The home, as a service of the kernel. */
export type Home = HomeFolder;
export const Home = service<Home>("hearth.home");
