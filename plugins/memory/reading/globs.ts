import type { MemorySource } from "../source";

/** The parts of a source's `files`, to be held against the parts of a path. A star is any characters but "/", and never a leading dot. */
export interface Glob {
  readonly folders: readonly GlobPart[];
  readonly name: GlobPart;
}
export interface GlobPart {
  /** Nothing where it has a star. */
  readonly literal?: string;
  matches(name: string): boolean;
}

/** Reads the pattern of a source. @throws Error for one that leads out of the home */
export function globOf({ id, files }: Pick<MemorySource, "id" | "files">): Glob {
  const parts = files.split("/");
  if (parts.some(part => ["", ".", ".."].includes(part) || part.includes("\0")))
    throw new Error(`the memory source "${id}" has "${files}" for its files, which is no path inside the home`);
  return { folders: parts.slice(0, -1).map(partOf), name: partOf(parts.at(-1)!) };
}

/** Whether a path is one that a glob stands for. */
export function isIn({ folders, name }: Glob, path: string): boolean {
  const names = path.split("/");
  return (
    names.length === folders.length + 1 &&
    folders.every((part, at) => part.matches(names[at]!)) &&
    name.matches(names.at(-1)!)
  );
}

function partOf(text: string): GlobPart {
  if (!text.includes("*")) return { literal: text, matches: name => name === text };
  const inner = text.split(/\*+/).map(piece => piece.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  const pattern = new RegExp(`^${inner.join(".*")}$`, "su");
  return { matches: name => (!name.startsWith(".") || text.startsWith(".")) && !isReadme(name) && pattern.test(name) };
}

const isReadme = (name: string): boolean => name.toLowerCase() === "readme.md";
