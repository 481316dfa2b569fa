import { Draft } from "hearth";
import { frontMatter } from "hearth-plugins/content";
import { slugOf } from "./slug";

/** A page of news, or a reading. */
export interface DatedPage {
  readonly title: string;
  readonly content: string;
  /** What its front matter says beside date and title; what is undefined is left out. */
  readonly more: Readonly<Record<string, string | undefined>>;
}

/**
 * Writes a page under a name that is free: day and title, with a number behind them when they are taken.
 * @param folder absolute
 * @param day YYYY-MM-DD
 * @returns the name
 */
export async function writePage(folder: string, day: string, { title, content, more }: DatedPage): Promise<string> {
  await using draft = await Draft.in(folder, `${frontMatter({ date: day, title, ...more })}\n${content}`);
  const stem = `${day}-${slugOf(title)}`;
  for (let number = 0; ; number++) {
    const name = number === 0 ? `${stem}.md` : `${stem}-${number}.md`;
    if (await draft.publish(name)) return name;
  }
}
