import type { Ailing } from "./ailing";
import type { Page, PageChanged, PageEntry, PageType } from "./contract";
import type { IndexFile, Note, Remembered } from "./index-file";
import { inOrder, reordered, type Shown } from "./order";
import type { Reading } from "./reading";
import type { Sight } from "./sight";

/** What is known of a file. Without `entry` it cannot be shown. */
export interface Known {
  readonly sight: Sight;
  readonly entry: PageEntry | undefined;
}

/** Pages that are put in their place one by one; for more, all are sorted anew. */
const FEW = 50;
/** Rows of the index that are taken over at a time. */
const ROWS = 1000;

/** What is known of the files of one folder: in memory what lists need, in the index that and the texts. Looks at no file itself. */
export class Catalogue {
  readonly #known = new Map<string, Known>();
  #list: readonly PageEntry[] | undefined;
  /** The pages in order as they were last asked for, and the slugs of those that are not in their place since. */
  #ordered: readonly Shown[] = [];
  readonly #moved = new Set<string>();
  #notes: Note[] = [];
  #changes: PageChanged[] = [];

  /** @param changed hears of a change when everything here knows it */
  constructor(
    readonly type: PageType,
    readonly index: IndexFile,
    readonly ailing: Ailing,
    readonly changed: (change: PageChanged) => void,
  ) {}

  get(slug: string): Known | undefined {
    return this.#known.get(slug);
  }

  /** The slugs of all files that are known, of those too that cannot be shown. */
  slugs(): Iterable<string> {
    return this.#known.keys();
  }

  /** The pages that can be shown, in order. The same array until something changes. */
  get list(): readonly PageEntry[] {
    this.#list ??= this.#inOrder();
    return this.#list;
  }

  #inOrder(): readonly PageEntry[] {
    if (this.#moved.size > FEW) this.#ordered = inOrder(this.#known.values());
    else this.#ordered = reordered(this.#ordered, new Map([...this.#moved].map(slug => [slug, this.#known.get(slug)])));
    this.#moved.clear();
    return this.#ordered.map(({ entry }) => entry);
  }

  #move(slug: string): void {
    this.#moved.add(slug);
    this.#list = undefined;
  }

  /** Takes over what an earlier life has read, a part at a time. */
  *remember(): Generator<void> {
    for (let after = ""; ; ) {
      const rows = this.index.load(this.type, after, ROWS);
      for (const row of rows) this.#takeOver(row);
      if (rows.length < ROWS) return;
      after = rows.at(-1)!.slug;
      yield;
    }
  }

  #takeOver({ slug, sight, entry, ailment }: Remembered): void {
    this.#known.set(slug, { sight, entry });
    if (ailment) this.ailing.restore({ path: this.pathOf(slug), ...ailment });
    this.#move(slug);
  }

  /** Keeps what was read; answers the page when it can be shown. */
  keep(slug: string, sight: Sight, read: Reading): Page | undefined {
    const before = this.#known.get(slug);
    const entry = entryOf(this.type, slug, before?.entry, read);
    this.#known.set(slug, { sight, entry });
    if (entry !== before?.entry || sight.mtimeMs !== before?.sight.mtimeMs) this.#move(slug);
    this.#note(slug, sight, entry, read);
    this.#tell(slug, before?.entry, entry);
    return entry && "content" in read ? { ...entry, content: read.content } : undefined;
  }

  #note(slug: string, sight: Sight, entry: PageEntry | undefined, read: Reading): void {
    const path = this.pathOf(slug);
    const problem = "problem" in read ? read.problem : undefined;
    this.ailing.report(path, problem);
    const ailment = problem === undefined ? undefined : { problem, since: this.ailing.since(path)! };
    this.#notes.push({ slug, sight, entry, ailment, content: "content" in read ? read.content : undefined });
  }

  /** Forgets a file: it has gone, or cannot be read now, which is its problem then. */
  forget(slug: string, problem?: string): undefined {
    this.ailing.report(this.pathOf(slug), problem);
    const known = this.#known.get(slug);
    if (!known) return;
    this.#known.delete(slug);
    this.#move(slug);
    this.#notes.push({ slug, gone: true });
    this.#tell(slug, known.entry, undefined);
  }

  #tell(slug: string, before: PageEntry | undefined, now: PageEntry | undefined): void {
    if (before === now) return;
    this.#changes.push({ type: this.type, slug, change: !before ? "created" : !now ? "deleted" : "modified" });
  }

  /** Writes to the index what was found out, and then tells it. */
  flush(quiet: boolean): void {
    const [notes, changes] = [this.#notes, this.#changes];
    if (notes.length === 0) return;
    this.#notes = [];
    this.#changes = [];
    this.index.write(this.type, notes);
    if (!quiet) for (const change of changes) this.changed(change);
  }

  /** A file's path in the home. */
  pathOf(slug: string): string {
    return `${this.type}/${slug}.md`;
  }
}

/** The entry of what was read; the same object as before when the bytes are the same. */
function entryOf(type: PageType, slug: string, before: PageEntry | undefined, read: Reading): PageEntry | undefined {
  if ("problem" in read) return undefined;
  const { hash, meta } = read;
  return before?.hash === hash ? before : { type, slug, meta, hash };
}
