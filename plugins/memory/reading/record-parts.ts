import { recordHash } from "../witness";
import type { Making } from "./drafts";
import { lineOf } from "./header";
import type { FoundFile } from "./home-files";
import { elementsOf, type Written } from "./json-elements";
import { lineCounter, type Part, type Parts } from "./part";

/** Records that cannot be read and are named one by one. */
const NAMED = 5;

/** A file of records: a part for each that has a text. One that cannot be read costs only itself, and is noted. */
export function readRecords(text: string, file: FoundFile, making: Omit<Making, "measure">): Parts {
  const bad: string[] = [];
  const notes: string[] = [];
  return { parts: partsIn(text, file, making, bad, notes), notes };
}

function* partsIn(
  text: string,
  file: FoundFile,
  making: Omit<Making, "measure">,
  bad: string[],
  notes: string[],
): Generator<Part> {
  const linesIn = lineCounter(text);
  for (const written of file.path.endsWith(".jsonl") ? linesOf(text) : elementsOf(text)) {
    const lines = linesIn(written.from, written.to);
    const part = partOf(written.json, file, making);
    if (typeof part === "string") bad.push(`line ${lines.line} ${part}`);
    else yield { ...part, lines: () => lines };
  }
  if (bad.length > 0)
    notes.push(
      `skipped: ${bad.slice(0, NAMED).join("; ")}${bad.length > NAMED ? `; and ${bad.length - NAMED} more` : ""}`,
    );
}

function* linesOf(text: string): Generator<Written> {
  let from = 0;
  for (const line of text.split("\n")) {
    if (line.trim() !== "") yield { json: line, from, to: from + line.length };
    from += line.length + 1;
  }
}

/** The part that a record is; or what is wrong with it. */
function partOf(json: string, file: FoundFile, { days, agentNames, vouched }: Omit<Making, "measure">) {
  const record = recordOf(json);
  if (typeof record === "string") return record;
  const { fields = { text: "text" }, type } = file.source;
  const text = record[fields.text];
  if (typeof text !== "string") return `has no "${fields.text}"`;
  const said = fields.title === undefined ? undefined : lineOf(record[fields.title]);
  const author = authorOf(fields.author === undefined ? undefined : lineOf(record[fields.author]), agentNames);
  if (author.who === "visitor" && vouched && !vouched.has(recordHash(json))) return `is not of ${author.name}`;
  const plain = text.replace(/\r\n?/g, "\n");
  return {
    ...{ text: plain, from: 0, to: plain.length, named: said !== undefined, title: said ?? titleOf(type, file) },
    date: (fields.date === undefined ? undefined : days.of(record[fields.date])) ?? null,
    ...author,
  };
}

function recordOf(json: string): Record<string, unknown> | string {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : "is no record";
  } catch {
    return "is no JSON";
  }
}

/** What a record without a title is called: "mailbox: ada" where each folder has a file of its own. */
const titleOf = (type: string, { path, source }: FoundFile): string =>
  source.files.includes("*/") ? `${type}: ${path.split("/").at(-2)}` : type;

function authorOf(author: string | undefined, agentNames: readonly string[]): Pick<Part, "who" | "name"> {
  if (author === undefined) return {};
  return agentNames.includes(author.toLowerCase()) ? { who: "agent" } : { who: "visitor", name: author };
}
