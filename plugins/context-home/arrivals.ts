import type { HomeFile, HomeFolder } from "hearth";
import { type Note, newestOf, onOneLine } from "./home-text";

const HOUR = 3_600_000;

/** How many visitors' messages are new, and how many older ones wait; nothing when there are none. */
export async function visitorsText(
  home: HomeFolder,
  now: Date,
  freshHours: number,
  note: Note,
): Promise<string | undefined> {
  const messages = (await newestOf(home, "visitors", note)).filter(({ name }) => name.endsWith(".md"));
  if (messages.length === 0) return;
  const fresh = messages.filter(({ mtimeMs }) => now.getTime() - mtimeMs < freshHours * HOUR).length;
  const older = messages.length - fresh;
  const parts = [
    fresh > 0 && `${count(fresh, "message")} from the last ${count(freshHours, "hour")}`,
    older > 0 && `${count(older, "older one")} still waiting`,
  ];
  return `In visitors/: ${parts.filter(Boolean).join(", and ")}.`;
}

/** What a folder of arrivals holds: the newest names, and how many came since a time, if one is known; nothing when it is empty. */
export async function arrivalsText(
  home: HomeFolder,
  folder: string,
  belongs: (file: HomeFile) => boolean,
  { names, since }: { readonly names: number; readonly since: Date | undefined },
  note: Note,
): Promise<string | undefined> {
  const files = (await newestOf(home, folder, note)).filter(belongs);
  if (files.length === 0) return;
  const shown = files.slice(0, names).map(({ name }) => onOneLine(name));
  const more = files.length > shown.length ? `, and ${files.length - shown.length} more` : "";
  return `In ${folder}/, newest first: ${shown.join(", ")}${more}.${since ? ` ${newSince(files, since)}` : ""}`;
}

function newSince(files: readonly HomeFile[], since: Date): string {
  const fresh = files.filter(({ mtimeMs }) => mtimeMs > since.getTime()).length;
  return fresh === 0 ? "Nothing came since your last session." : `New since your last session: ${fresh}.`;
}

const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? "" : "s"}`;
