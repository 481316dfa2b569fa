import { type FileHandle, open, rename, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { jsonObject, readPart } from "hearth";
import { type Gone, type Manner, nothing } from "./old-files";
import { realPlace } from "./real-place";

/** Bytes that are looked through at the most. */
const LARGEST = 256 * 2 ** 20;
/** ms after which whoever had the file open to append to it has done so. */
const SETTLING = 500;
const NEWLINE = 10;

/**
 * Takes the old lines from the beginning of a file of JSON lines, up to the first that is not old. A line without a time goes with
 * the old ones around it. What is appended meanwhile stays.
 * @throws IsLink, or what the file system says; the file is whole then
 */
export async function cutOld(root: string, path: string, { before, dryRun }: Manner): Promise<Gone> {
  const place = await realPlace(root, path);
  if (place === undefined) return nothing();
  const file = await open(place, "r");
  try {
    const info = await file.stat();
    if (!info.isFile() || info.size === 0) return nothing();
    if (info.size > LARGEST) throw new Error(`${path} is larger than ${LARGEST / 2 ** 20} MiB`);
    const bytes = await readFrom(file, 0);
    const { end, lines } = oldPart(bytes, before);
    if (end > 0 && !dryRun) await replace(place, file, bytes.subarray(end), bytes.length, info);
    return { ...nothing(), lines, bytes: end };
  } finally {
    await file.close();
  }
}

/** Where the old part ends, and how many lines it has. */
function oldPart(bytes: Buffer, before: number): { readonly end: number; readonly lines: number } {
  let [end, lines, seen] = [0, 0, 0];
  for (let start = 0; start < bytes.length; ) {
    const stop = bytes.indexOf(NEWLINE, start);
    if (stop === -1) break; // a line that is being written
    const time = timeOf(bytes.toString("utf8", start, stop));
    seen++;
    start = stop + 1;
    if (time === undefined) continue;
    if (time >= before) break;
    end = start;
    lines = seen;
  }
  return { end, lines };
}

/** When a line was written, by its own word; ms since 1970. */
function timeOf(line: string): number | undefined {
  const { timestamp, ts, at } = jsonObject(line) ?? {};
  const said = timestamp ?? ts ?? at;
  const time = typeof said === "string" ? Date.parse(said) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

/** Puts the rest in the file's place, and after it what others append to the old one until they have seen the new one. */
async function replace(
  place: string,
  old: FileHandle,
  rest: Buffer,
  read: number,
  { mode, uid, gid }: { readonly mode: number; readonly uid: number; readonly gid: number },
): Promise<void> {
  const draft = join(dirname(place), `.${basename(place)}.${crypto.randomUUID().slice(0, 8)}.tmp`);
  const file = await open(draft, "ax", mode & 0o777);
  try {
    await file.chown(uid, gid).catch(() => {}); // only root may; else it is ours already
    await file.writeFile(rest);
    const after = await carryOver(old, read, file);
    await file.sync();
    await rename(draft, place);
    await Bun.sleep(SETTLING);
    await carryOver(old, after, file);
  } catch (error) {
    await unlink(draft).catch(() => {});
    throw error;
  } finally {
    await file.close();
  }
}

/** Appends what one file has beyond a place to another. Answers how far it is now. */
async function carryOver(from: FileHandle, place: number, to: FileHandle): Promise<number> {
  const more = await readFrom(from, place);
  if (more.length > 0) await to.writeFile(more);
  return place + more.length;
}

async function readFrom(file: FileHandle, start: number): Promise<Buffer> {
  const { size } = await file.stat();
  return readPart(file, start, size);
}
