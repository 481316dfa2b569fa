import { lstatSync, realpathSync, type Stats, statSync } from "node:fs";
import { sep } from "node:path";

/** How a file or folder looked at one moment, to know later whether it has changed. */
export interface Sight {
  readonly ino: number;
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  /** Where a link leads; null for what is no link. */
  readonly real: string | null;
  /** A link that leads out of the folder: it is not followed, and the rest is of the link itself. */
  readonly outside: boolean;
  /** False of what was changed just now: it may change again without looking different. */
  readonly sure: boolean;
}

/** File systems keep time in steps: what was changed less than so many ms ago may change again within the same step. */
const STEP = 50;

/**
 * Looks at a regular file right in a folder; a link is followed as long as it stays inside.
 * @param root the folder's real path
 * @returns nothing when there is no such file
 */
export function lookAtFile(path: string, root: string): Sight | undefined {
  const info = statOf(lstatSync, path);
  if (!info?.isSymbolicLink()) return info?.isFile() ? sightOf(info, null) : undefined;
  const real = realOf(path);
  if (real === undefined) return;
  if (!real.startsWith(root + sep)) return { ...sightOf(info, real), outside: true };
  const target = statOf(lstatSync, real);
  return target?.isFile() ? sightOf(target, real) : undefined;
}

/** Looks at a folder, or at the one that a link leads to; nothing when there is none. */
export function lookAtFolder(path: string): Sight | undefined {
  const info = statOf(statSync, path);
  return info?.isDirectory() ? sightOf(info, null) : undefined;
}

/** Whether nothing has changed between two looks. */
export function isSame(before: Sight | undefined, now: Sight | undefined): boolean {
  if (before === undefined || now === undefined) return before === now;
  return (
    before.sure &&
    before.ctimeMs === now.ctimeMs &&
    before.mtimeMs === now.mtimeMs &&
    before.size === now.size &&
    before.ino === now.ino &&
    before.real === now.real
  );
}

const sightOf = ({ ino, size, mtimeMs, ctimeMs }: Stats, real: string | null): Sight => ({
  ino,
  size,
  mtimeMs,
  ctimeMs,
  real,
  outside: false,
  sure: Date.now() - ctimeMs >= STEP,
});

/** Nothing for what is not there, and for a name that can be no file's: too long, through a file, a link in a circle. */
function statOf(stat: typeof statSync | typeof lstatSync, path: string): Stats | undefined {
  try {
    return stat(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function realOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
