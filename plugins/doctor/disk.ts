import { statfs } from "node:fs/promises";
import type { WallLook } from "hearth";

const GIB = 2 ** 30;
/** Bytes below which there is little room, and below which there is none. */
const LITTLE = GIB;
const NONE = GIB / 10;

/** How much room is left where the house writes. @param folders name → absolute path */
export async function diskLook(folders: Readonly<Record<string, string>>): Promise<WallLook> {
  const free = await Promise.all(
    Object.entries(folders).map(async ([name, path]) => ({ name, bytes: await room(path) })),
  );
  const least = free.reduce((a, b) => (b.bytes < a.bytes ? b : a));
  const what = `${(least.bytes / GIB).toFixed(1)} GiB are free for the ${least.name}`;
  if (least.bytes >= LITTLE) return { state: "ok", what };
  return {
    state: least.bytes < NONE ? "missing" : "weak",
    what: `only ${what}: sessions, mail and commits fail when there is none`,
    todo: "make room; `hearth retention --dry-run` shows what could go",
  };
}

async function room(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}
