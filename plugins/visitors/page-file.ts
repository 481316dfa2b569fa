import { type HomeFile, type HomeFolder, readText } from "hearth";
import { parseFrontMatter } from "hearth-plugins/content";

/** Bytes of a page that are read at the most; a longer one was not written by this door. */
const MOST_PAGE = 1024 * 1024;

/** A page of visitors as it lies in the home. */
export interface PageFile {
  readonly date: string;
  readonly from: string;
  readonly text: string;
}

/** The pages right in a folder, in no order: markdown, but for a README. */
export async function pagesIn(home: HomeFolder, folder: string): Promise<HomeFile[]> {
  const files = await home.list(folder);
  return files.filter(({ name }) => name.endsWith(".md") && name.toLowerCase() !== "readme.md");
}

/** What a page says; nothing when it has gone, or is longer than a page. */
export async function readPage(home: HomeFolder, { path, size }: HomeFile): Promise<PageFile | undefined> {
  if (size > MOST_PAGE) return;
  const read = await readText(await home.resolve(path));
  if (!read) return;
  const { data, body } = parseFrontMatter(read.text, "written");
  const said = (key: string, otherwise: string) => (typeof data[key] === "string" && data[key]) || otherwise;
  return { date: said("date", "?"), from: said("from", "a visitor"), text: body.replace(/^\n|\n$/g, "") };
}
