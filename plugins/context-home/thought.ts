import type { HomeFolder } from "hearth";
import { type Note, newestOf, onOneLine, textOf } from "./home-text";

/** The newest thought under its file's name. One that is blank or cannot be read gives way to the one before it. */
export async function newestThought(home: HomeFolder, note: Note): Promise<string | undefined> {
  const thoughts = (await newestOf(home, "thoughts", note)).filter(({ name }) => name.endsWith(".md"));
  for (const { path, name } of thoughts.slice(0, 5)) {
    const text = await textOf(home, path, note);
    if (text) return `--- ${onOneLine(name)} ---\n${text}`;
  }
  return;
}
