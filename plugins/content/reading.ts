import { constants } from "node:fs";
import { readFile } from "node:fs/promises";
import { etagOf } from "hearth";
import type { z } from "zod";
import type { PageMeta } from "./contract";
import { parseFrontMatter } from "./front-matter";
import { isSame, type Sight } from "./sight";

/** A page as it was read; or why it cannot be shown. */
export type Reading =
  | { readonly hash: string; readonly meta: PageMeta; readonly content: string }
  | { readonly problem: string };

/** Bytes of a page at the most. */
const LARGEST = 4 * 1024 * 1024;
/** How often a file that changes while it is read is read at once. */
const TRIES = 5;
/** What has become a link or a pipe since it was looked at is neither followed nor waited for. */
const FLAG = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** The bytes of a file, or the code of why they cannot be had: `EACCES`. */
export async function bytesOf(path: string): Promise<Uint8Array | { readonly code: string }> {
  try {
    return await readFile(path, { flag: FLAG as unknown as string });
  } catch (error) {
    return { code: (error as NodeJS.ErrnoException).code ?? String(error) };
  }
}

/** A file as it was at one moment: how it looked, and its bytes; or why they were not read. */
export type Steady =
  | { readonly sight: Sight; readonly bytes: Awaited<ReturnType<typeof bytesOf>> }
  | { readonly sight: Sight; readonly problem: string };

/**
 * Reads a file until it did not change meanwhile, so that the bytes are those of what was seen. One that never stands still is
 * answered with the look before the last read, which no later look will match. Nothing when it is not there.
 */
export async function readSteady(
  path: string,
  look: () => Sight | undefined,
  read = bytesOf,
): Promise<Steady | undefined> {
  for (let tries = TRIES; ; tries--) {
    const sight = look();
    if (!sight) return;
    const problem = problemOf(sight);
    if (problem !== undefined) return { sight, problem };
    const bytes = await read(sight.real ?? path);
    if (isSame({ ...sight, sure: true }, look()) || tries === 1) return { sight, bytes };
  }
}

/** What is wrong with a file before it is read. */
function problemOf({ outside, size }: Sight): string | undefined {
  if (outside) return "is a link that leads out of the folder";
  return size > LARGEST ? `is larger than ${LARGEST} bytes` : undefined;
}

/** Reads a page from its bytes. Never throws: what is wrong with it is its problem. */
export function readPage(bytes: Uint8Array, schema: z.ZodType<PageMeta>): Reading {
  const text = decoded(bytes);
  if (text === undefined) return { problem: "is not UTF-8" };
  const { data, body, raw, problem } = parseFrontMatter(text, "written");
  if (problem !== undefined) return { problem };
  if (raw === "") return { problem: "has no front matter" };
  const read = schema.safeParse(data);
  if (!read.success) return { problem: inWords(read.error) };
  return { hash: hashOf(bytes), meta: read.data, content: withoutBlankStart(body) };
}

const hashOf = (bytes: Uint8Array): string => etagOf(bytes).slice(1, -1);

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
