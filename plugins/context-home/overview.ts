import type { HomeFolder } from "hearth";
import type { Folder } from "./folder";
import { type Note, newestOf, onOneLine } from "./home-text";

/** The folders that a session may open. */
export const openFolders = (folders: readonly Folder[], closed: readonly string[]): Folder[] =>
  folders.filter(({ name }) => !closed.some(one => name === one || name.startsWith(`${one}/`)));

/** A line for each folder: its name and what it is for. */
export const folderBullets = (folders: readonly Folder[]): string | undefined =>
  folders.map(({ name, meaning }) => `- ${name}/: ${meaning}`).join("\n") || undefined;

/** The newest names of each listed folder, newest first; folders without files are left out. */
export async function newestFiles(
  home: HomeFolder,
  folders: readonly Folder[],
  names: number,
  note: Note,
): Promise<string | undefined> {
  const listed = folders.filter(folder => folder.listed);
  const lines = await Promise.all(listed.map(({ name }) => newestLine(home, name, names, note)));
  return lines.filter(line => line !== undefined).join("\n") || undefined;
}

async function newestLine(home: HomeFolder, folder: string, names: number, note: Note): Promise<string | undefined> {
  const files = await newestOf(home, folder, note);
  if (files.length === 0) return;
  const shown = files.slice(0, names).map(({ name }) => onOneLine(name));
  const more = files.length - shown.length;
  return `- ${folder}/: ${shown.join(", ")}${more > 0 ? ` (and ${more} more)` : ""}`;
}
