import { readdir, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { Home, Logger } from "hearth";
import type { Watch } from "hearth-plugins/watcher";
import type { z } from "zod";
import { Fresh } from "./fresh";
import { look, readPage, type Sight, stampOf } from "./page";

export interface ShelfOptions<M> {
  readonly home: Home;
  /** A folder of the home. */
  readonly folder: string;
  /** What the front matter of its pages must say. */
  readonly schema: z.ZodType<M>;
  /** The watch that tells every change in the folder, while there is one. */
  readonly watch: () => Watch | undefined;
  readonly log: Logger;
}

/** A page in a list. */
export type Item<M> = { readonly slug: string } & M;

/** A page alone. */
export interface Detail<M> {
  readonly slug: string;
  readonly meta: M;
  readonly content: string;
}

/** What is remembered of a page. Without `meta` it cannot be shown. */
interface Known<M> {
  readonly stamp: string;
  readonly mtimeMs: number;
  readonly link: boolean;
  readonly meta?: M;
}

/** The folder, and who watched it, when it was last looked through. */
interface LastLook {
  readonly stamp: string;
  readonly watch: Watch | undefined;
}

/** Pages that are read at the same time: few enough that other requests come between. */
const BATCH = 32;
const SUFFIX = ".md";

/**
 * The markdown files right in one folder. Each is read once, and again when it has changed; lists come from memory.
 * A list is right whether a watch tells of changes or not: the folder is looked at for each, and while nobody tells what changes
 * inside the files, or the folder is another than before, each of them too.
 * Files whose front matter does not fit are in no list; each is told in the log once.
 */
export class Shelf<M extends { readonly date: string }> {
  readonly #options: ShelfOptions<M>;
  readonly #known = new Map<string, Known<M>>();
  readonly #told = new Map<string, string>();
  readonly #changed = new Set<string>();
  readonly #fresh = new Fresh(() => this.#lookThrough());
  /** Names that no watch can speak for: links, hidden files, what is no page yet. */
  #unseen: readonly string[] = [];
  #last: LastLook | undefined;
  #list: readonly Item<M>[] | undefined;

  constructor(options: ShelfOptions<M>) {
    this.#options = options;
  }

  /** The pages that can be shown, newest first by date, then by time of change. */
  async list(): Promise<readonly Item<M>[]> {
    await this.#fresh.run();
    this.#list ??= inOrder(this.#known);
    return this.#list;
  }

  /** A page as it is now; "outside" when a link leads out of the folder, nothing when there is none that can be shown. */
  async detail(slug: string): Promise<Detail<M> | "outside" | undefined> {
    const root = await this.#root();
    const name = slug + SUFFIX;
    const sight = root === undefined ? undefined : await look(root, name);
    if (sight === undefined || sight === "outside") return sight;
    const page = await readPage(sight, this.#options.schema);
    this.#report(name, "problem" in page ? page.problem : undefined);
    return "problem" in page ? undefined : { slug, ...page };
  }

  /** Takes note that a file of the home has changed. */
  note(path: string): void {
    if (dirname(path) === this.#options.folder && isPage(path)) this.#changed.add(basename(path));
  }

  async #lookThrough(): Promise<void> {
    const root = await this.#root();
    const info = root === undefined ? undefined : await stat(root).catch(() => undefined);
    if (root === undefined || !info) return this.#forgetAllBut(new Set());
    const now = { stamp: stampOf(info), watch: this.#options.watch() };
    const changed = [...this.#changed];
    this.#changed.clear();
    const told = now.watch !== undefined && now.watch === this.#last?.watch && now.stamp === this.#last.stamp;
    if (told) await this.#readAll(root, [...changed, ...this.#unseen]);
    else await this.#readFolder(root, now.watch);
    this.#last = now;
  }

  /** Forgets what has gone, reads what has come, and again what has changed. */
  async #readFolder(root: string, watch: Watch | undefined): Promise<void> {
    const names = (await readdir(root).catch(() => [])).filter(isPage);
    this.#forgetAllBut(new Set(names));
    await this.#readAll(root, names);
    this.#unseen = names.filter(name => !this.#isSeen(name, watch));
  }

  #isSeen(name: string, watch: Watch | undefined): boolean {
    return this.#known.get(name)?.link === false && watch?.sees(`${this.#options.folder}/${name}`) === true;
  }

  async #readAll(root: string, names: readonly string[]): Promise<void> {
    for (let from = 0; from < names.length; from += BATCH)
      await Promise.all(names.slice(from, from + BATCH).map(name => this.#read(root, name)));
  }

  async #read(root: string, name: string): Promise<void> {
    const sight = await look(root, name);
    if (sight === undefined) return this.#forget(name);
    if (this.#known.get(name)?.stamp === (sight === "outside" ? sight : sight.stamp)) return;
    if (sight !== "outside") return this.#take(name, sight);
    this.#report(name, "is a link that leads out of the folder");
    this.#keep(name, { stamp: sight, mtimeMs: 0, link: true });
  }

  async #take(name: string, sight: Sight): Promise<void> {
    const { stamp, mtimeMs, link } = sight;
    const page = await readPage(sight, this.#options.schema);
    this.#report(name, "problem" in page ? page.problem : undefined);
    this.#keep(name, { stamp, mtimeMs, link, ...("meta" in page && { meta: page.meta }) });
  }

  #keep(name: string, known: Known<M>): void {
    this.#known.set(name, known);
    this.#list = undefined;
  }

  #forgetAllBut(there: ReadonlySet<string>): void {
    for (const name of [...this.#known.keys(), ...this.#told.keys()]) if (!there.has(name)) this.#forget(name);
  }

  #forget(name: string): void {
    this.#told.delete(name);
    if (this.#known.delete(name)) this.#list = undefined;
  }

  /** Tells a page's problem when it is a new one. */
  #report(name: string, problem: string | undefined): void {
    if (problem === undefined) this.#told.delete(name);
    else if (this.#told.get(name) !== problem) {
      this.#told.set(name, problem);
      this.#options.log.warn("a page cannot be shown", { path: `${this.#options.folder}/${name}`, problem });
    }
  }

  /** The folder's real path; nothing when it is missing or a link leads out of the home. */
  async #root(): Promise<string | undefined> {
    return this.#options.home.resolve(this.#options.folder).catch(() => undefined);
  }
}

const isPage = (path: string): boolean => path.endsWith(SUFFIX) && basename(path) !== SUFFIX;

function inOrder<M extends { readonly date: string }>(known: ReadonlyMap<string, Known<M>>): Item<M>[] {
  const shown = [...known].flatMap(([name, { meta, mtimeMs }]) =>
    meta ? [{ mtimeMs, item: { slug: name.slice(0, -SUFFIX.length), ...meta } }] : [],
  );
  shown.sort((a, b) => compare(b.item.date, a.item.date) || b.mtimeMs - a.mtimeMs || compare(a.item.slug, b.item.slug));
  return shown.map(({ item }) => item);
}

/** By code unit: dates are compared as the texts they are. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
