import type { Database } from "hearth";

/** What a line was given that it lacked. */
export interface Gift {
  readonly id?: string;
  readonly ts?: string;
}

interface Row {
  readonly line: string;
  readonly nth: number;
  readonly id: string | null;
  readonly ts: string | null;
}

/**
 * What the reader gave to lines that came without an id, or without a time that can be: an agent may write its letters by hand.
 * It is kept, so that such a letter is the same after every reading; a line is known by its bytes, and equal lines by their order.
 */
export class Given {
  constructor(readonly db: Database) {}

  /** Those of one thread, by `keyOf`. */
  of(username: string): Map<string, Gift> {
    const rows = this.db.query<Row, [string]>("select line, nth, id, ts from given where username = ?").all(username);
    return new Map(
      rows.map(({ line, nth, id, ts }) => [
        keyOf(line, nth),
        { ...(id !== null && { id }), ...(ts !== null && { ts }) },
      ]),
    );
  }

  keep(username: string, line: string, nth: number, { id, ts }: Gift): void {
    this.db
      .query("insert or replace into given (username, line, nth, id, ts) values (?, ?, ?, ?, ?)")
      .run(username, line, nth, id ?? null, ts ?? null);
  }
}

export const keyOf = (line: string, nth: number): string => `${line} ${nth}`;
export const hashOf = (bytes: Uint8Array): string => Bun.hash.xxHash3(bytes).toString(36);
