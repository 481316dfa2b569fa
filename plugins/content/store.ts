import { etagOf, type Home, type Kept, kept, type Logger } from "hearth";
import type { Watch } from "hearth-plugins/watcher";
import type { Ailing } from "./ailing";
import { Catalogue, type Known } from "./catalogue";
import { type Content, type Page, type PageChanged, type PageEntry, type PageType, pageTypes } from "./contract";
import type { IndexFile } from "./index-file";
import { Recent } from "./recent";
import { Shelf } from "./shelf";

export interface StoreOptions {
  readonly home: Home;
  readonly index: IndexFile;
  readonly ailing: Ailing;
  /** The watch that tells every change in a folder of the home, while there is one. */
  readonly watch: (folder: string) => Watch | undefined;
  /** Hears of a change as soon as the store knows it. */
  readonly changed: (change: PageChanged) => void;
  readonly log: Logger;
  /** Aborted when nothing more is to be read. */
  readonly signal: AbortSignal;
}

/** Characters of ready answers that are kept in memory. */
const MOST = 8 * 1024 * 1024;

/** All pages: what `Content` promises, and the answers of the routes, ready to be sent. */
export class Store implements Content {
  readonly #options: StoreOptions;
  readonly #shelves: Readonly<Record<PageType, Shelf>>;
  readonly #lists = new WeakMap<readonly PageEntry[], Kept>();
  readonly #pages = new Recent<PageEntry, Kept>(MOST, ({ body }) => body.length);

  constructor(options: StoreOptions) {
    this.#options = options;
    this.#shelves = Object.fromEntries(pageTypes.map(type => [type, this.#shelf(type)])) as Record<PageType, Shelf>;
  }

  #shelf(type: PageType): Shelf {
    const { home, index, ailing, changed, watch, log, signal } = this.#options;
    return new Shelf({
      home,
      catalogue: new Catalogue(type, index, ailing, changed),
      watch: () => watch(type),
      log,
      signal,
    });
  }

  /** Reads what has changed since the last life, so that nobody has to wait for it. */
  async begin(): Promise<void> {
    const from = performance.now();
    const shelves = Object.values(this.#shelves);
    await this.lookAgain();
    const pages = shelves.reduce((sum, { list }) => sum + list.length, 0);
    const read = shelves.reduce((sum, { reads }) => sum + reads, 0);
    this.#options.log.info("the pages are known", { pages, read, ms: Math.round(performance.now() - from) });
  }

  /** Finds what has changed while nobody told it. */
  async lookAgain(): Promise<void> {
    for (const shelf of Object.values(this.#shelves)) await this.#quietWhenStopping(shelf.refresh());
  }

  /** Follows a change of a file. Answers a promise when there is something to do that was not begun before. */
  note(path: string): Promise<void> | undefined {
    const type = path.slice(0, path.indexOf("/"));
    if (!Object.hasOwn(this.#shelves, type)) return;
    const work = this.#shelves[type as PageType].note(path);
    return work && this.#quietWhenStopping(work);
  }

  async list(type: PageType): Promise<readonly PageEntry[]> {
    const shelf = this.#shelves[type];
    if (!shelf.isCurrent) await shelf.refresh();
    return shelf.list;
  }

  async page(type: PageType, slug: string): Promise<Page | undefined> {
    const entry = canBeSlug(slug) ? (await this.#shelves[type].find(slug))?.entry : undefined;
    return entry && this.#withText(entry);
  }

  /** The answer of a list; no promise when it is ready. */
  keptList(type: PageType): Kept | Promise<Kept> {
    const shelf = this.#shelves[type];
    return shelf.isCurrent ? this.#keptList(shelf.list) : shelf.refresh().then(() => this.#keptList(shelf.list));
  }

  /** The answer of a page; no promise when it is ready. "outside" when a link leads out of the folder, nothing when there is none that can be shown. */
  keptPage(type: PageType, slug: string): KeptPage | Promise<KeptPage> {
    const found = this.#shelves[type].find(slug);
    return found instanceof Promise ? found.then(known => this.#keptPage(known)) : this.#keptPage(found);
  }

  #keptList(list: readonly PageEntry[]): Kept {
    const known = this.#lists.get(list);
    if (known) return known;
    const ready = keptAsBytes(list.map(({ slug, meta }) => ({ slug, ...meta })));
    this.#lists.set(list, ready);
    return ready;
  }

  #keptPage(known: Known | undefined): KeptPage | Promise<KeptPage> {
    if (!known?.entry) return known?.sight.outside ? "outside" : undefined;
    const { entry } = known;
    const ready = this.#pages.get(entry);
    if (ready) return ready;
    const content = this.#options.index.text(entry);
    if (content === undefined) return this.#withText(entry).then(page => page && this.#keep(entry, page));
    return this.#keep(entry, { ...entry, content });
  }

  #keep(key: PageEntry, { slug, meta, content }: Page): Kept {
    const ready = kept({ slug, meta, content });
    this.#pages.keep(key, ready);
    return ready;
  }

  async #withText(entry: PageEntry): Promise<Page | undefined> {
    const content = this.#options.index.text(entry);
    return content === undefined ? this.#shelves[entry.type].read(entry.slug) : { ...entry, content };
  }

  async #quietWhenStopping(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (!this.#options.signal.aborted) throw error;
    }
  }
}

/** An answer that is ready; "outside" for a link that leads out of its folder. */
export type KeptPage = Kept | "outside" | undefined;

/** A long text is sent faster, and kept in half the memory, as the bytes it becomes. */
function keptAsBytes(value: unknown): Kept {
  const body = new TextEncoder().encode(JSON.stringify(value));
  return { body, etag: etagOf(body) };
}

/** A name that stays in its folder. */
const canBeSlug = (slug: string): boolean => !/[/\0]/.test(slug);
