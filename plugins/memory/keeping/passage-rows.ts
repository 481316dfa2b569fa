import type { Database } from "bun:sqlite";
import type { Passage, Privacy, Provenance } from "../contract";

/** A passage with its number, and all of its words: those that it is found by. */
export interface KeptPassage {
  readonly no: number;
  readonly passage: Passage;
  readonly words: string;
}

interface Row {
  readonly no: number;
  readonly id: string;
  readonly path: string;
  readonly line: number;
  readonly last_line: number;
  readonly type: string;
  readonly title: string;
  readonly heading: string;
  readonly date: string | null;
  readonly text: string;
  readonly privacy: Privacy;
  readonly person: string | null;
  readonly who: Provenance["who"];
  readonly name: string | null;
  readonly session: string | null;
  readonly at: string;
  readonly recalled: number;
}

/** The numbers of passages with one of some ids, or of one of some files. */
export function numbersOf(database: Database, ids: readonly string[], paths: readonly string[]): number[] {
  return database
    .query<{ no: number }, [string, string]>(
      `select no from passage where id in (select value from json_each(?))
       union select passage.no from passage join file on file.no = passage.file where path in (select value from json_each(?))`,
    )
    .all(JSON.stringify(ids), JSON.stringify(paths))
    .map(({ no }) => no);
}

/** Passages by their numbers, in the order of files and lines. */
export function passageRows(database: Database, nos: readonly number[]): KeptPassage[] {
  return database
    .query<Row, [string]>(
      `select passage.no, id, path, line, last_line, type, title, heading, date, text, privacy, person, who, name, session, at, recalled
       from passage join file on file.no = passage.file
       where passage.no in (select value from json_each(?)) order by path, nth`,
    )
    .all(JSON.stringify(nos))
    .map(row => ({ no: row.no, passage: passageOf(row), words: `${row.title} ${row.heading} ${row.text}` }));
}

function passageOf({ who, name, session, at, recalled, last_line, ...row }: Row): Passage {
  const { id, path, line, type, title, date, text, privacy, person } = row;
  const provenance = { who, ...(name !== null && { name }), ...(session !== null && { session }), at };
  return {
    id,
    path,
    line,
    lastLine: last_line,
    type,
    title,
    date,
    text,
    privacy,
    person,
    provenance,
    recalled: recalled === 1,
  };
}
