import { lstat, readFile, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import type { z } from "zod";
import { parseFrontMatter } from "./front-matter";

/** Where a file of a folder really is, and by what to know that it has changed. */
export interface Sight {
  readonly real: string;
  readonly stamp: string;
  readonly size: number;
  readonly mtimeMs: number;
  readonly link: boolean;
}

/** Bytes of a page at the most. */
const LARGEST = 4 * 1024 * 1024;
/** File systems keep time in steps: what was changed less than so many ms ago may change again within the same step. */
const STEP = 50;

/**
 * Looks at a regular file right in a folder; a link is followed as long as it stays inside.
 * @param root the folder's real path
 * @returns nothing when there is no such file; "outside" when a link leads out of the folder
 */
export async function look(root: string, name: string): Promise<Sight | "outside" | undefined> {
  const path = join(root, name);
  const info = await lstat(path).catch(() => undefined);
  if (!info?.isSymbolicLink()) return info?.isFile() ? sightOf(path, info, false) : undefined;
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined) return;
  if (!real.startsWith(root + sep)) return "outside";
  const target = await stat(real).catch(() => undefined);
  return target?.isFile() ? sightOf(real, target, true) : undefined;
}

type Info = Awaited<ReturnType<typeof lstat>>;

const sightOf = (real: string, info: Info, link: boolean): Sight => ({
  real,
  stamp: `${real} ${stampOf(info)}`,
  size: Number(info.size),
  mtimeMs: Number(info.mtimeMs),
  link,
});

/** Differs whenever a file or folder has changed; of something that was changed just now, it differs every time. */
export function stampOf({ ino, size, mtimeMs, ctimeMs }: Info): string {
  const young = Date.now() - Number(ctimeMs) < STEP;
  return young ? crypto.randomUUID() : `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
}

/** A page as it was read: its front matter and what follows it, or why it cannot be shown. */
export type Page<M> = { readonly meta: M; readonly content: string } | { readonly problem: string };

/** Reads a page. Never throws: what is wrong with it is its problem. */
export async function readPage<M>({ real, size }: Sight, schema: z.ZodType<M>): Promise<Page<M>> {
  if (size > LARGEST) return { problem: `is larger than ${LARGEST} bytes` };
  try {
    return pageOf(await readFile(real), schema);
  } catch (error) {
    return { problem: `cannot be read: ${(error as NodeJS.ErrnoException).code ?? error}` };
  }
}

function pageOf<M>(bytes: Uint8Array, schema: z.ZodType<M>): Page<M> {
  const text = decoded(bytes);
  if (text === undefined) return { problem: "is not UTF-8" };
  const { data, body, raw, problem } = parseFrontMatter(text);
  if (problem !== undefined) return { problem };
  if (raw === "") return { problem: "has no front matter" };
  const read = schema.safeParse(data);
  return read.success ? { meta: read.data, content: withoutBlankStart(body) } : { problem: inWords(read.error) };
}

const inWords = (error: z.ZodError): string =>
  error.issues.map(({ path, message }) => `${path.join(".")} ${message}`).join("; ");

/** Text with "\n" as its line end, without a byte order mark; nothing when the bytes are not UTF-8. */
function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes).replace(/\r\n?/g, "\n");
  } catch {
    return undefined;
  }
}

/** Blank lines between the front matter and the text belong to neither. */
const withoutBlankStart = (body: string): string => body.replace(/^\s*\n/, "");
