import { readFile, stat } from "node:fs/promises";
import type { Home } from "hearth";
import { parseFrontMatter } from "hearth-plugins/content";
import { replaceKeepingTime } from "./replace-keeping-time";
import { titleFor, withTitle } from "./title";

/**
 * Gives one thought a title when its front matter has none. A file without front matter, or one that cannot be read as
 * text with valid front matter, stays as it is.
 * @returns what was done or why not, for people; nothing when there was nothing to do
 * @throws what the file system says when the file cannot be replaced; the old file is intact then
 */
export async function giveTitle(home: Home, path: string): Promise<string | undefined> {
  const file = await home.resolve(path).catch(() => undefined);
  if (!file) return "left alone: it leads out of the home";
  const before = await stat(file).catch(() => undefined);
  if (!before?.isFile()) return;
  const text = asUtf8(await readFile(file));
  if (text === undefined) return "left alone: it is not UTF-8";
  const { body, problem } = parseFrontMatter(text);
  if (problem) return `left alone: ${problem}`;
  const title = titleFor(path, body);
  const titled = withTitle(text, title);
  if (titled === undefined) return;
  return (await replaceKeepingTime(file, titled, before)) ? `titled "${title}"` : "left alone: it is being written";
}

/** The text of bytes that are UTF-8, a byte order mark included; nothing for others. */
function asUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return;
  }
}
