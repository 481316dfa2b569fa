import type { Database } from "bun:sqlite";
import type { SearchDocument } from "./contract";
import { withoutMarks } from "./marks";
import { plainText } from "./plain-text";
import type { Vocabulary, WordChange } from "./vocabulary";
import { wordsOf } from "./words";

/** Ids per kind: the numbers of two kinds are this far apart. */
export const RANGE = 2 ** 32;
/** Characters of a document that are indexed at the most. */
const LONGEST = 256 * 1024;
/** Documents in one answer of `known`. */
const PAGE = 2000;

/** A document to be indexed, in the version that was read. */
export interface VersionedDocument extends SearchDocument {
  readonly version: string;
}

/** A document that the index holds, and its version. */
export type Known = readonly [slug: string, version: string];

/** The documents in the index. Every change is whole or not at all. */
export class Documents {
  constructor(
    readonly db: Database,
    readonly vocabulary: Vocabulary,
  ) {}

  /** The kinds that the index knows: id → number. */
  kinds(): Map<string, number> {
    const rows = this.db.query<{ id: string; no: number }, []>("select id, no from kind").all();
    return new Map(rows.map(({ id, no }) => [id, no]));
  }

  /** What is in the index of a kind, in the order of the slugs, some at a time. @param after the last slug of the answer before; nothing at first */
  known(kind: string, after?: string): Known[] {
    const rows = this.db
      .query<{ slug: string; version: string }, [string, string | null, number]>(
        `select slug, version from document where kind = (select no from kind where id = ?1) and (?2 is null or slug > ?2)
         order by slug limit ?3`,
      )
      .all(kind, after ?? null, PAGE);
    return rows.map(({ slug, version }) => [slug, version]);
  }

  /** The versions that the index holds of some documents: slug → version. */
  versions(kind: string, slugs: readonly string[]): Map<string, string> {
    const rows = this.db
      .query<{ slug: string; version: string }, [string, string]>(
        `select slug, version from document
         where kind = (select no from kind where id = ?) and slug in (select value from json_each(?))`,
      )
      .all(kind, JSON.stringify(slugs));
    return new Map(rows.map(({ slug, version }) => [slug, version]));
  }

  /** Adds documents, in the place of those of the same slug. */
  put(kind: string, documents: readonly VersionedDocument[]): void {
    this.db.transaction(() => {
      const no = this.#numberOf(kind);
      const changes = new Map<string, WordChange>();
      for (const document of documents) this.#put(no, document, changes);
      this.vocabulary.change(no, changes);
    })();
  }

  /** Takes documents away; those that are not there are gone already. */
  remove(kind: string, slugs: readonly string[]): void {
    this.db.transaction(() => {
      const no = this.kinds().get(kind);
      if (no === undefined) return;
      const changes = new Map<string, WordChange>();
      for (const slug of slugs) this.#remove(no, slug, changes);
      this.vocabulary.change(no, changes);
    })();
  }

  /** Takes away some documents of a kind; with the last, the kind. Answers whether it has gone. */
  forget(kind: string, some: number): boolean {
    const slugs = this.known(kind).slice(0, some);
    this.remove(
      kind,
      slugs.map(([slug]) => slug),
    );
    if (slugs.length === some) return false;
    this.db.query("delete from kind where id = ?").run(kind);
    return true;
  }

  #numberOf(kind: string): number {
    this.db.query("insert or ignore into kind (id) values (?)").run(kind);
    return this.kinds().get(kind)!;
  }

  #put(no: number, { slug, version, date, more, ...said }: VersionedDocument, changes: Map<string, WordChange>): void {
    const title = withoutMarks(said.title);
    const body = plainText(said.body.slice(0, LONGEST));
    const id = this.#idOf(no, slug);
    if (id !== undefined) this.#drop(id, changes);
    const place = id ?? this.#nextId(no);
    this.db
      .query("insert or replace into document (id, kind, slug, version, date, more) values (?, ?, ?, ?, ?, ?)")
      .run(place, no, slug, version, date, JSON.stringify(more ?? {}));
    this.db.query("insert into text (rowid, title, body) values (?, ?, ?)").run(place, title, body);
    count(changes, `${title}\n${body}`, 1);
  }

  #remove(no: number, slug: string, changes: Map<string, WordChange>): void {
    const id = this.#idOf(no, slug);
    if (id === undefined) return;
    this.#drop(id, changes);
    this.db.query("delete from document where id = ?").run(id);
  }

  /** Takes the text of a document out of the index. */
  #drop(id: number, changes: Map<string, WordChange>): void {
    const row = this.db
      .query<{ title: string; body: string }, [number]>("select title, body from text where rowid = ?")
      .get(id);
    if (row) count(changes, `${row.title}\n${row.body}`, -1);
    this.db.query("delete from text where rowid = ?").run(id);
  }

  #idOf(no: number, slug: string): number | undefined {
    return this.db
      .query<{ id: number }, [number, string]>("select id from document where kind = ? and slug = ?")
      .get(no, slug)?.id;
  }

  #nextId(no: number): number {
    return this.db
      .query<{ id: number }, [number, number, number]>(
        "select coalesce(max(id), ?) + 1 as id from document where id between ? and ?",
      )
      .get(no * RANGE, no * RANGE, (no + 1) * RANGE - 1)!.id;
  }
}

function count(changes: Map<string, WordChange>, text: string, by: number): void {
  for (const [word, shown] of wordsOf(text)) {
    const change = changes.get(word);
    if (change) change.by += by;
    else changes.set(word, { shown, by });
  }
}
