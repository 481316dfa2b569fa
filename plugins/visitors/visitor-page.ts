import type { HomeFolder } from "hearth";
import { Draft } from "hearth";
import { frontMatter, zonedIso } from "hearth-plugins/content";
import type { Delivered } from "hearth-plugins/letterbox";
import { fileNameOf } from "./visitor-name";

export { visitorName } from "./visitor-name";

const FOLDER = "visitors";

/** What somebody wrote, as it comes to lie in `visitors/`. */
export interface VisitorPage {
  /** The name that its file gets, when it is free: of `pageName`. */
  readonly filename: string;
  /** Of `visitorName`. */
  readonly from: string;
  /** Stays as it is, to the character. */
  readonly text: string;
  /** The way it came, when that was not the visitors' door. */
  readonly source?: string;
}

/** The name of a visitor's page: `2026-11-21-0708-bob-ox.md`, in local time. @param from of `visitorName` */
export function pageName(at: Date, from: string, timeZone: string): string {
  const local = zonedIso(at, timeZone);
  return `${local.slice(0, 10)}-${local.slice(11, 13)}${local.slice(14, 16)}-${fileNameOf(from)}.md`;
}

/**
 * Writes a visitor's page into the home, flushed, mode 0644. It never takes the place of another: when its name is taken it has a
 * number behind it, from 2 on. @throws what the file system says; nothing is left then
 */
export async function writeVisitorPage(home: HomeFolder, page: VisitorPage): Promise<Delivered> {
  await using draft = await Draft.in(await home.resolve(FOLDER), textOf(page));
  const stem = page.filename.replace(/\.md$/, "");
  for (let number = 1; ; number++) {
    const name = number === 1 ? `${stem}.md` : `${stem}-${number}.md`;
    if (await draft.publish(name)) return { file: `${FOLDER}/${name}` };
  }
}

const textOf = ({ filename, from, text, source }: VisitorPage): string =>
  `${frontMatter({ date: filename.slice(0, 10), from, source })}\n${text}\n`;
