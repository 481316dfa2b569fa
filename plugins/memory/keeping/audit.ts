import type { Database } from "bun:sqlite";
import type { Audit } from "../index-parts";
import { alike } from "./alike";
import { shareIn, shinglesOf } from "./shingles";

interface Row {
  readonly no: number;
  readonly path: string;
  readonly line: number;
  readonly type: string;
  readonly who: string;
  readonly recalled: number;
  readonly text: string;
}
type Example = Audit["examples"][number];

/** Of the runs of three words of a passage: so many in the prompt make it a restatement. */
const RESTATED = 0.6;
/** Files of these types are what a prompt is made of: they restate nothing. */
const PROMPT_TYPES: readonly string[] = ["memory", "voice"];
/** Examples of a kind. */
const EXAMPLES = 5;
/** Characters of an example. */
const LONGEST = 200;

/** Looks through all of memory for what is in it twice. It reads every passage; of 100,000, it takes some seconds. */
export function audit(database: Database, bootTexts: readonly string[]): Audit {
  const boot = new Set(bootTexts.flatMap(text => [...shinglesOf(text)]));
  const rows = database.query<Row, []>(
    `select passage.no, path, line, type, who, recalled, text from passage join file on file.no = passage.file order by passage.no`,
  );
  const found: Finding = { passages: 0, bootText: [], recalled: [], nos: [], shingles: [] };
  for (const row of rows.iterate()) look(row, boot, found);
  const twins = alike(found.shingles).map(([one, other]) => [found.nos[one]!, found.nos[other]!] as const);
  const rowOf = (no: number) => exampleRow(database, no);
  return {
    passages: found.passages,
    duplicates: new Set(twins.flat()).size,
    bootText: found.bootText.length,
    recalled: found.recalled.length,
    examples: [
      ...twins.slice(0, EXAMPLES).map(([one, other]) => example("duplicate", rowOf(other), rowOf(one))),
      ...found.bootText.slice(0, EXAMPLES).map(no => example("boot", rowOf(no))),
      ...found.recalled.slice(0, EXAMPLES).map(no => example("recalled", rowOf(no))),
    ],
  };
}

interface Finding {
  passages: number;
  readonly bootText: number[];
  readonly recalled: number[];
  readonly nos: number[];
  readonly shingles: Uint32Array[];
}

function look({ no, type, who, recalled, text }: Row, boot: ReadonlySet<number>, found: Finding): void {
  const shingles = shinglesOf(text);
  found.passages += 1;
  found.nos.push(no);
  found.shingles.push(Uint32Array.from(shingles));
  if (recalled) found.recalled.push(no);
  if (who === "agent" && !PROMPT_TYPES.includes(type) && shareIn(shingles, boot) >= RESTATED) found.bootText.push(no);
}

const exampleRow = (database: Database, no: number): Pick<Row, "path" | "line" | "text"> =>
  database
    .query<Pick<Row, "path" | "line" | "text">, [number]>(
      `select path, line, iif(privacy = 'private', '(what somebody confided)', text) as text
       from passage join file on file.no = passage.file where passage.no = ?`,
    )
    .get(no)!;

const example = (
  kind: Example["kind"],
  { path, line, text }: Pick<Row, "path" | "line" | "text">,
  of?: Pick<Row, "path" | "line">,
): Example => ({
  kind,
  path,
  line,
  text: [...text.slice(0, 2 * LONGEST)].slice(0, LONGEST).join(""),
  ...(of && { of: `${of.path}:${of.line}` }),
});
