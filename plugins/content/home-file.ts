import { lstat, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { HearthError, inside, readPart } from "hearth";
import { openAt } from "./opened";

/** Why a file of the home is not read. */
export type Why = "outside" | "missing" | "no file" | "too large" | "unreadable";

/** Thrown for a file that is not read. */
export class Refused extends Error {
  constructor(readonly why: Why) {
    super(why);
    this.name = "Refused";
  }
}

/** A file as it was when it was opened. */
export interface ReadFile {
  readonly bytes: Buffer<ArrayBuffer>;
  readonly mtimeNs: bigint;
}

/** What the system says of a path that leads to nothing, whatever the reason. */
const whyOf: Readonly<Record<string, Why>> = {
  ENOENT: "missing",
  ENOTDIR: "missing",
  ENAMETOOLONG: "missing",
  ELOOP: "missing",
  EILSEQ: "missing",
  EACCES: "unreadable",
  EPERM: "unreadable",
  EISDIR: "no file",
  ENXIO: "no file",
  ENODEV: "no file",
};

/** An error of the file system as a refusal. @throws what is no answer about a path: a disk that fails, too many open files */
export function refusalOf(error: unknown): Refused {
  if (error instanceof Refused) return error;
  if (error instanceof HearthError && error.code === "OUTSIDE") return new Refused("outside");
  const why = whyOf[(error as NodeJS.ErrnoException).code ?? ""];
  if (why === undefined) throw error;
  return new Refused(why);
}

/** The real path of a folder right in the home. A link is not followed. @throws Refused, and what the file system says */
export async function realFolder(home: string, folder: string): Promise<string> {
  const path = join(await realpath(home), folder);
  const info = await lstat(path);
  if (info.isSymbolicLink()) throw new Refused("outside");
  if (!info.isDirectory()) throw new Refused("missing");
  return path;
}

export interface ReadOptions {
  /** Bytes at the most. */
  readonly largest: number;
  /** Whether a file may be read, by its path in the folder after all links were followed. */
  readonly allows?: (real: string) => boolean;
}

/**
 * Reads a regular file of a folder of the home. Links are followed as long as they stay in that folder; pipes, sockets and devices are
 * never opened. What is replaced meanwhile is read as it was before or after, what is written meanwhile as long as it was at first.
 * @throws Refused
 */
export async function readHomeFile(
  home: string,
  folder: string,
  path: string,
  { largest, allows = () => true }: ReadOptions,
): Promise<ReadFile> {
  try {
    const root = await realFolder(home, folder);
    const real = await inside(root, path);
    if (!allows(real.slice(root.length + 1))) throw new Refused("outside");
    return await readRegular(real, largest);
  } catch (error) {
    throw refusalOf(error);
  }
}

async function readRegular(real: string, largest: number): Promise<ReadFile> {
  if (!(await stat(real)).isFile()) throw new Refused("no file");
  const opened = await openAt(real);
  if (!opened) throw new Refused("missing");
  const { file } = opened;
  try {
    const info = await file.stat({ bigint: true });
    if (!info.isFile()) throw new Refused("no file");
    if (info.size > largest) throw new Refused("too large");
    return { bytes: await readPart(file, 0, Number(info.size)), mtimeNs: info.mtimeNs };
  } finally {
    await file.close();
  }
}
