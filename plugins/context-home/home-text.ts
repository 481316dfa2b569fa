import { stat } from "node:fs/promises";
import type { HomeFile, HomeFolder } from "hearth";

/** Tells people, in the wake's report, what was skipped or mended. */
export type Note = (text: string) => void;

/** Bytes; nothing that is meant to be read at a wake is longer, and reading it would cost the wake its time. */
const LARGEST = 16 * 2 ** 20;

/** A text file of the home, without blank lines at its ends. Never throws: nothing when it is missing, blank, or cannot be read, and a note says what was wrong with it. */
export async function textOf(home: HomeFolder, path: string, note: Note): Promise<string | undefined> {
  try {
    const unfit = await unfitness(home, path);
    if (unfit) return void note(`${path} is skipped: ${unfit}`);
    const read = await home.read(path);
    if (read?.damaged) note(`${path} holds bytes that are not UTF-8; they are shown as \uFFFD`);
    return read?.text.replace(/^\s*\n/, "").trimEnd() || undefined;
  } catch (error) {
    return void note(`${path} could not be read: ${codeOf(error)}`);
  }
}

/** Why a path cannot be read as text; nothing when it can, or when nothing is there. Asked first, because opening a pipe would wait for ever. */
async function unfitness(home: HomeFolder, path: string): Promise<string | undefined> {
  const info = await stat(await home.resolve(path)).catch(() => undefined);
  if (!info) return;
  if (!info.isFile()) return "it is not a file";
  return info.size > LARGEST ? `it is larger than ${LARGEST / 2 ** 20} MiB` : undefined;
}

/** The files of a folder without its README.md, newest first; those of one moment by name, last first. Never throws: none when it is missing or cannot be read, and a note says so. */
export async function newestOf(home: HomeFolder, folder: string, note: Note): Promise<HomeFile[]> {
  try {
    const files = (await home.list(folder)).filter(({ name }) => name !== "README.md");
    return files.sort((a, b) => b.mtimeMs - a.mtimeMs || (a.name < b.name ? 1 : -1));
  } catch (error) {
    note(`${folder}/ could not be read: ${codeOf(error)}`);
    return [];
  }
}

/** The short name of what went wrong; the message of a file system's error would bring along paths of the machine. */
const codeOf = (error: unknown): string => (error as { code?: string }).code ?? String(error);

/** A file's name on one line: a name is text from outside too, and may hold line ends. */
export const onOneLine = (name: string): string => name.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "\uFFFD").slice(0, 100);
