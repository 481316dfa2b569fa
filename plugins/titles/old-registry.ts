import { isRecord, jsonValue } from "hearth";
import { z } from "zod";
import type { Title } from "./shapes";

/** Where the original kept its titles, relative to the home. */
export const OLD_REGISTRY = "data/memory-registry.json";

/** What could be read of it. */
export interface OldTitles {
  readonly titles: readonly Title[];
  /** Entries that are no titles. */
  readonly skipped: number;
}

const Created = z.string().transform((text, { addIssue }) => {
  const created = asUtc(text);
  if (created === undefined) addIssue({ code: "custom", message: "is no date" });
  return created ?? "";
});
const Entry = z.object({ title: z.string(), model: z.string(), created: Created, originalPath: z.string() });

/** Reads the text of the original's registry. @throws Error that says what is wrong with it as a whole, for people */
export function readOldRegistry(text: string): OldTitles {
  const entries = Object.entries(memoriesIn(text));
  const titles = entries.flatMap(([hash, entry]) => titleOf(hash, entry) ?? []);
  return { titles, skipped: entries.length - titles.length };
}

function titleOf(hash: string, entry: unknown): Title | undefined {
  const read = Entry.safeParse(entry);
  if (!read.success || hash === "") return undefined;
  const { originalPath: original_path, ...rest } = read.data;
  return { hash, ...rest, original_path };
}

function memoriesIn(text: string): object {
  const registry = jsonValue(text);
  if (registry === undefined) throw new Error("is not JSON");
  const memories = isRecord(registry) && Object.hasOwn(registry, "memories") ? registry["memories"] : undefined;
  if (!isRecord(memories)) throw new Error('has no object "memories"');
  return memories;
}

/** A time as ISO text in UTC with "Z"; one without a zone is UTC. Nothing for what is no time. */
function asUtc(text: string): string | undefined {
  const utc = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?)(?:Z|\+00:00)?$/.exec(text)?.[1];
  const time = Date.parse(utc === undefined ? text : `${utc}Z`);
  if (Number.isNaN(time)) return undefined;
  return utc === undefined ? new Date(time).toISOString() : `${utc}Z`;
}
