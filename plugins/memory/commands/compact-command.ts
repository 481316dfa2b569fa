import { stat } from "node:fs/promises";
import { type Clock, HearthError, type Home, localDay, readArguments, UsageError } from "hearth";
import type { MemoryCommand } from "../contract";
import { type Compacted, compactDays, isArchive } from "./compact-days";

const FILE = "memory/recent-days.md";

/** `hearth memory compact`: the one command of memory that writes in the home. */
export const compactCommand = (home: Home, clock: Clock, timeZone: string): MemoryCommand => ({
  id: "compact",
  usage: "--older-than 30d [--dry-run]",
  summary: `moves old days from ${FILE} to an archive beside it`,
  async run(args, io) {
    const options = { "older-than": { type: "string" }, "dry-run": { type: "boolean" } } as const;
    const { values } = readArguments({ args: [...args], options });
    const days = daysIn(values["older-than"]);
    const day = (time: Date | number) => localDay(time, timeZone);
    const read = await home.read(FILE);
    if (!read) throw new HearthError("MISSING", `there is no ${FILE} in the home`);
    if (read.damaged) throw new Error(`${FILE} holds bytes that are not UTF-8; mend that first`);
    const { mtimeMs } = await stat(await home.resolve(FILE));
    const compacted = compactDays({
      text: read.text,
      today: day(clock.now()),
      olderThanDays: days,
      written: day(mtimeMs),
      archives: await archivesOf(home),
    });
    if (!values["dry-run"]) await write(home, compacted);
    for (const line of linesOf(compacted, values["dry-run"] ?? false)) io.print(line);
  },
});

function daysIn(text: string | undefined): number {
  const days = /^(\d{1,5})d?$/.exec(text ?? "")?.[1];
  if (days === undefined) throw new UsageError("--older-than takes a number of days, as in --older-than 30d");
  return Number(days);
}

async function archivesOf(home: Home): Promise<ReadonlyMap<string, string>> {
  const files = (await home.list("memory")).filter(({ name }) => isArchive(name));
  const texts = await Promise.all(
    files.map(async ({ path, name }) => [name, (await home.read(path))?.text ?? ""] as const),
  );
  return new Map(texts);
}

/** The archive first: what a crash leaves in both is found to be there already the next time. */
async function write(home: Home, { kept, archive, moved }: Compacted): Promise<void> {
  if (moved.length === 0) return;
  if (archive) await home.write(`memory/${archive.name}`, archive.text);
  await home.write(FILE, kept);
}

function linesOf({ moved, archive }: Compacted, dryRun: boolean): string[] {
  if (moved.length === 0) return ["no day is that old"];
  const days = moved.map(
    ({ from, to, date, archived }) =>
      `${from === to ? `day ${from}` : `days ${from}-${to}`} (${date})${archived ? ", archived before" : ""}`,
  );
  const where = archive ? `memory/${archive.name}` : "the archives that hold them already";
  return [...days, dryRun ? `would go to ${where}` : `went to ${where}`];
}
