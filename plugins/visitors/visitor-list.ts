import { readdir } from "node:fs/promises";
import { type HomeFile, type HomeFolder, visibleText } from "hearth";
import { pagesIn, readPage } from "./page-file";

const ARCHIVE = "visitors/archive";
const FIRST_WORDS = 60;
const LONGEST_NAME = 30;

/** A line for each page in `visitors/`, oldest first. What strangers wrote is safe to print. */
export const waitingLines = async (home: HomeFolder): Promise<string[]> =>
  linesOf(home, await pagesIn(home, "visitors"));

/** The same of those that the agent was shown. */
export async function archivedLines(home: HomeFolder): Promise<string[]> {
  const entries = await readdir(await home.resolve(ARCHIVE), { withFileTypes: true }).catch(() => []);
  const months = entries.filter(entry => entry.isDirectory()).map(({ name }) => name);
  const pages = await Promise.all(months.map(month => pagesIn(home, `${ARCHIVE}/${month}`)));
  return linesOf(home, pages.flat());
}

async function linesOf(home: HomeFolder, files: readonly HomeFile[]): Promise<string[]> {
  const sorted = files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const lines: string[] = [];
  for (const file of sorted) lines.push(await lineOf(home, file));
  return lines;
}

async function lineOf(home: HomeFolder, file: HomeFile): Promise<string> {
  const page = await readPage(home, file).catch(() => undefined);
  const where = oneLine(file.path, 200);
  if (!page) return `${where}  cannot be read`;
  const { date, from, text } = page;
  return `${where}  ${oneLine(date, 10)}  ${oneLine(from, LONGEST_NAME)}: ${oneLine(text, FIRST_WORDS)}`;
}

/** The beginning of a stranger's text, for a terminal. */
function oneLine(text: string, most: number): string {
  const start = [
    ...text
      .slice(0, most * 8)
      .replace(/\s+/g, " ")
      .trim(),
  ];
  return visibleText(start.length > most ? `${start.slice(0, most - 1).join("")}…` : start.join(""));
}
