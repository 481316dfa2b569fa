import type { Database, SQLQueryBindings, Statement } from "bun:sqlite";
import type { PassageFacts } from "../index-parts";
import type { Draft } from "../reading/drafts";
import type { Label, Labeller } from "../reading/label";
import type { Change } from "./change";
import { Vectors } from "./vectors";
import { Words } from "./words";

/** A passage's row, its text left out. */
export interface PassageRow extends Label {
  readonly no: number;
  readonly file: number;
  readonly id: string;
  readonly nth: number;
  readonly line: number;
  readonly last_line: number;
  readonly type: string;
  readonly title: string;
  readonly heading: string;
  readonly date: string | null;
  readonly recalled: number;
}
type Values = Omit<PassageRow, "no">;

/** A version of a file, and what its passages get. */
export interface Version {
  readonly file: number;
  readonly type: string;
  readonly drafts: readonly Draft[];
  readonly label: Labeller;
}

/** What became of a file's passages. */
export interface Replaced {
  readonly added: readonly number[];
  readonly kept: number;
  readonly removed: number;
}

const facts = "nth, line, last_line, type, title, heading, date, privacy, person, who, name, session";
const columns = `no, file, id, ${facts}, at, recalled`;

/** The rows of passages: their facts, their words and their vectors. All of it is to be called within the caller's transaction. */
export class PassageRows {
  readonly #rowsOf: Statement<PassageRow, [number]>;
  readonly #row: Statement<PassageRow, [number]>;
  readonly #count: Statement<{ count: number }, [number]>;
  readonly #insert: Statement<unknown, SQLQueryBindings[]>;
  readonly #update: Statement<unknown, SQLQueryBindings[]>;
  readonly #delete: Statement<unknown, [number]>;
  readonly #recall: Statement<unknown, [number]>;
  readonly #words: Words;
  readonly #vectors: Vectors;

  constructor(database: Database) {
    this.#rowsOf = database.prepare(`select ${columns} from passage where file = ? order by nth`);
    this.#row = database.prepare(`select ${columns} from passage where no = ?`);
    this.#count = database.prepare("select count(*) as count from passage where file = ?");
    this.#insert = database.prepare(
      `insert into passage (file, id, ${facts}, at, recalled, text) values (${marks(17)})`,
    );
    this.#update = database.prepare(`update passage set (${facts}) = (${marks(12)}) where no = ?`);
    this.#delete = database.prepare("delete from passage where no = ?");
    this.#recall = database.prepare("update passage set recalled = 1 where no = ?");
    this.#words = new Words(database);
    this.#vectors = new Vectors(database);
  }

  /** Brings the passages of a file to a version: of those whose text is the same, number and vector stay. */
  replace(version: Version, change: Change): Replaced {
    const old = Map.groupBy(this.#rowsOf.all(version.file), ({ id }) => id);
    const added: number[] = [];
    for (const [nth, draft] of version.drafts.entries()) {
      const row = old.get(draft.id)?.shift();
      const values = valuesOf(version, nth, draft, row);
      if (row) this.#keep(row, values, draft.text, change);
      else added.push(this.#add(values, draft.text, change));
    }
    const gone = [...old.values()].flat();
    for (const { no } of gone) this.#drop(no, change);
    return { added, kept: version.drafts.length - added.length, removed: gone.length };
  }

  /** Removes all passages of a file; answers how many there were. */
  remove(file: number, change: Change): number {
    const rows = this.#rowsOf.all(file);
    for (const { no } of rows) this.#drop(no, change);
    return rows.length;
  }

  count(file: number): number {
    return this.#count.get(file)!.count;
  }

  /** Marks a passage as one that was only written down again. */
  recall(no: number, change: Change): void {
    const row = this.#row.get(no);
    if (!row || row.recalled) return;
    this.#recall.run(no);
    change.remove(no);
    change.add(factsOf(no, { ...row, recalled: 1 }), this.#vectors.of(no));
  }

  #add(values: Values, text: string, change: Change): number {
    const { file, id, at, recalled } = values;
    const no = Number(this.#insert.run(file, id, ...factsIn(values), at, recalled, text).lastInsertRowid);
    this.#words.add(no, values, text);
    change.add(factsOf(no, values), this.#vectors.copy(no, values));
    return no;
  }

  #keep(row: PassageRow, values: Values, text: string, change: Change): void {
    const { no } = row;
    const differs = (names: readonly (keyof Values)[]) => names.some(name => row[name] !== values[name]);
    if (differs(told) || differs(untold)) this.#update.run(...factsIn(values), no);
    if (differs(["title", "heading"])) {
      this.#words.remove(no);
      this.#words.add(no, values, text);
    }
    if (row.heading !== values.heading) this.#vectors.remove(no);
    else if (!differs(told)) return;
    change.remove(no);
    change.add(factsOf(no, values), this.#vectors.of(no) ?? this.#vectors.copy(no, values));
  }

  #drop(no: number, change: Change): void {
    this.#words.remove(no);
    this.#delete.run(no); // its vectors go with it
    change.remove(no);
  }
}

const marks = (count: number): string => Array(count).fill("?").join(", ");

/** Facts that whoever searches keeps in memory, and those that only stand in the row. */
const told = ["type", "date", "privacy", "person", "name"] as const;
const untold = ["nth", "line", "last_line", "title", "heading", "who", "session"] as const;

const factsIn = (row: Values) => [
  ...[row.nth, row.line, row.last_line, row.type, row.title, row.heading],
  ...[row.date, row.privacy, row.person, row.who, row.name, row.session],
];

function valuesOf({ file, type, label }: Version, nth: number, draft: Draft, row: PassageRow | undefined): Values {
  const { id, line, lastLine, title, heading, date } = draft;
  const { privacy, person, who, name, session, at } = label(draft, row);
  const place = { file, id, nth, line, last_line: lastLine, type, title, heading, date };
  return { ...place, privacy, person, who, name, session, at, recalled: row?.recalled ?? 0 };
}

const factsOf = (no: number, { file, type, date, privacy, person, name, recalled }: Values): PassageFacts => ({
  ...{ no, file, type, date, privacy, person, name },
  recalled: recalled === 1,
});
