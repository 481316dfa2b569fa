import type { Database } from "hearth";
import { type Link, type NearList, unknown, withLink, without } from "./near-list";

/** A page whose echoes are kept. */
export interface KeptPage {
  /** Of its vector. */
  readonly print: string;
  readonly list: NearList;
  /** It has to be asked anew. */
  readonly waiting: boolean;
}

/** Pages between which other work may come. */
const PART = 200;

interface Row {
  readonly path: string;
  readonly print: string;
  readonly links: string;
  readonly bound: number;
  readonly waiting: number;
}

/** What each page echoes: in memory, and in the database after `save`. */
export class Links {
  readonly #db: Database;
  readonly #pages = new Map<string, KeptPage>();
  readonly #touched = new Set<string>();

  private constructor(
    db: Database,
    readonly depth: number,
  ) {
    this.#db = db;
  }

  /** Reads them, a part at a time. @param depth links of a page that are kept at the most */
  static async open(db: Database, depth: number): Promise<Links> {
    const links = new Links(db, depth);
    const part = db.query<Row, [string, number]>(
      "select path, print, links, bound, waiting from page where path > ? order by path limit ?",
    );
    for (let after = ""; ; await breath()) {
      const rows = part.all(after, PART);
      for (const row of rows) links.#pages.set(row.path, pageOf(row));
      if (rows.length < PART) return links;
      after = rows.at(-1)!.path;
    }
  }

  get pages(): ReadonlyMap<string, KeptPage> {
    return this.#pages;
  }

  get basis(): string | undefined {
    return this.#db.query<{ embedder: string }, []>("select embedder from basis").get()?.embedder;
  }

  set basis(embedder: string) {
    this.#db.run("insert or replace into basis (no, embedder) values (1, ?)", [embedder]);
  }

  set(path: string, page: KeptPage): void {
    this.#pages.set(path, page);
    this.#touched.add(path);
  }

  /** Puts off a page: what was known of it answers until it is asked. */
  putOff(path: string, print = this.#pages.get(path)?.print ?? ""): void {
    const list = this.#pages.get(path)?.list ?? unknown;
    this.set(path, { print, list, waiting: true });
  }

  /** Takes pages out of the lists of all others. */
  removeFromOthers(paths: ReadonlySet<string>): void {
    for (const [other, page] of this.#pages) {
      const list = without(page.list, paths);
      if (list !== page.list) this.set(other, { ...page, list });
    }
  }

  forget(paths: ReadonlySet<string>): void {
    for (const path of paths) {
      this.#pages.delete(path);
      this.#touched.add(path);
    }
    if (paths.size > 0) this.removeFromOthers(paths);
  }

  /** Puts a page, which is in no list, in the lists of those that it is near to. */
  mergeIntoOthers(path: string, links: readonly Link[]): void {
    for (const { path: other, similarity } of links) {
      const page = this.#pages.get(other);
      if (!page || other === path) continue;
      const list = withLink(page.list, { path, similarity }, this.depth);
      if (list !== page.list) this.set(other, { ...page, list });
    }
  }

  /** Puts off pages, a part at a time, and writes that down. */
  async putOffAll(prints: Iterable<readonly [path: string, print: string]>): Promise<void> {
    for (const [path, print] of prints) {
      this.putOff(path, print);
      if (this.#touched.size < PART) continue;
      this.save();
      await breath();
    }
    this.save();
  }

  /** Writes down what is another than before, all of it or nothing. */
  save(): void {
    const put = this.#db.prepare<unknown, [string, string, string, number, number]>(
      "insert or replace into page (path, print, links, bound, waiting) values (?, ?, ?, ?, ?)",
    );
    const remove = this.#db.prepare<unknown, [string]>("delete from page where path = ?");
    this.#db.transaction(() => {
      for (const path of this.#touched) {
        const page = this.#pages.get(path);
        if (!page) remove.run(path);
        else put.run(path, page.print, textOf(page.list.links), page.list.bound, page.waiting ? 1 : 0);
      }
    })();
    put.finalize();
    remove.finalize();
    this.#touched.clear();
  }
}

const breath = () => new Promise(resolve => setImmediate(resolve));

const textOf = (links: readonly Link[]): string =>
  JSON.stringify(links.map(({ path, similarity }) => [path, similarity]));

const pageOf = ({ print, links, bound, waiting }: Row): KeptPage => ({
  print,
  list: {
    links: (JSON.parse(links) as [string, number][]).map(([path, similarity]) => ({ path, similarity })),
    bound,
  },
  waiting: waiting === 1,
});
