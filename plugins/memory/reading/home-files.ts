import { lstatSync, readdirSync, realpathSync, type Stats, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import type { MemorySource } from "../source";
import { type Glob, type GlobPart, globOf, isIn } from "./globs";

/** A file that a source knows, as it looked. */
export interface FoundFile {
  readonly path: string;
  readonly source: MemorySource;
  /** Its real path; where a link leads. */
  readonly real: string;
  readonly size: number;
  /** ms */
  readonly mtime: number;
}

/** All files of all sources; and whether a path may be there all the same, because its folder could not be looked into. */
export interface Listing {
  readonly files: ReadonlyMap<string, FoundFile>;
  isUnseen(path: string): boolean;
}

/** Where something is that is no file to be read: not there, or why it is not looked at. */
export type NoFile = { readonly gone: true; readonly why?: string } | { readonly gone: false; readonly why: string };

/** Finds the files of the sources. Nothing outside the home is ever looked at; links that stay inside are followed. */
export class HomeFiles {
  readonly #globs: readonly { readonly source: MemorySource; readonly glob: Glob }[];

  constructor(
    readonly home: string,
    sources: readonly MemorySource[],
  ) {
    this.#globs = sources.map(source => ({ source, glob: globOf(source) }));
  }

  /** The first source that knows a path, relative to the home. */
  sourceOf(path: string): MemorySource | undefined {
    return this.#globs.find(({ glob }) => isIn(glob, path))?.source;
  }

  /** @throws what the file system says when the home itself cannot be looked into: then nothing is known of any file */
  list(): Listing {
    const root = realpathSync(this.home);
    readdirSync(root);
    const walk: Walk = { root, files: new Map(), closed: [] };
    for (const { source, glob } of this.#globs) this.#walk(walk, source, glob.folders, glob.name, "");
    const { files, closed } = walk;
    return { files, isUnseen: path => closed.some(folder => path.startsWith(`${folder}/`)) };
  }

  /** Looks at one file. */
  look(path: string, source: MemorySource): FoundFile | NoFile {
    try {
      return this.#look(realpathSync(this.home), path, source);
    } catch (error) {
      return isAbsent(error) ? { gone: true } : { gone: false, why: `cannot be looked at (${codeOf(error)})` };
    }
  }

  #walk(walk: Walk, source: MemorySource, [part, ...rest]: readonly GlobPart[], name: GlobPart, folder: string): void {
    if (part === undefined) this.#files(walk, source, name, folder);
    else
      for (const next of namesIn(walk, folder, part))
        this.#walk(walk, source, rest, name, folder ? `${folder}/${next}` : next);
  }

  #files(walk: Walk, source: MemorySource, name: GlobPart, folder: string): void {
    for (const file of namesIn(walk, folder, name)) {
      const path = folder ? `${folder}/${file}` : file;
      if (walk.files.has(path)) continue;
      const found = this.#see(walk, path, source);
      if (found) walk.files.set(path, found);
    }
  }

  #see(walk: Walk, path: string, source: MemorySource): FoundFile | undefined {
    try {
      const found = this.#look(walk.root, path, source);
      return "gone" in found ? undefined : found;
    } catch (error) {
      if (!isAbsent(error)) walk.closed.push(path.slice(0, path.lastIndexOf("/")));
      return;
    }
  }

  #look(root: string, path: string, source: MemorySource): FoundFile | NoFile {
    const whole = join(root, path);
    const info = lstatSync(whole);
    const real = realpathSync(whole);
    if (!real.startsWith(root + sep)) return { gone: true, why: "is a link that leads out of the home" };
    const target = info.isSymbolicLink() ? statSync(real) : info;
    if (!target.isFile()) return { gone: true, why: "is not a file" };
    if (
      real !== whole &&
      relative(root, real)
        .split(sep)
        .some(name => name.startsWith("."))
    )
      return { gone: true, why: "is a link to something hidden" };
    if (real !== whole && this.sourceOf(relative(root, real)))
      return { gone: true, why: "is a link to a file that is remembered under its own name" };
    return { path, source, real, ...sizeOf(target) };
  }
}

interface Walk {
  readonly root: string;
  readonly files: Map<string, FoundFile>;
  /** Folders that are there and could not be looked into. */
  readonly closed: string[];
}

const sizeOf = ({ size, mtimeMs }: Stats) => ({ size, mtime: mtimeMs });

/** What is in a folder of the home under a part of a glob; nothing when the folder is not there, or leads out of the home. */
function namesIn({ root, closed }: Walk, folder: string, part: GlobPart): readonly string[] {
  if (part.literal !== undefined) return [part.literal];
  const whole = join(root, folder);
  try {
    const real = realpathSync(whole);
    return real === root || real.startsWith(root + sep) ? readdirSync(real).filter(part.matches).sort() : [];
  } catch (error) {
    if (!isAbsent(error)) closed.push(folder);
    return [];
  }
}

/** Whether the file system says that there is no such file: also for a name that can be no file's. */
const isAbsent = (error: unknown): boolean => ["ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG"].includes(codeOf(error));

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);
