import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type Home, HttpError, type Logger, messageOf } from "hearth";
import type { Watch } from "hearth-plugins/watcher";
import type { Catalogue, Known } from "./catalogue";
import type { Page, PageEntry } from "./contract";
import { Fresh } from "./fresh";
import { metas } from "./meta";
import { PerTurn } from "./per-turn";
import { readPage, readSteady } from "./reading";
import { isSame, lookAtFile, lookAtFolder, type Sight } from "./sight";

export interface ShelfOptions {
  readonly home: Home;
  /** What the shelf keeps up to date. Its type is the folder's name. */
  readonly catalogue: Catalogue;
  /** The watch that tells every change in the folder, while there is one. */
  readonly watch: () => Watch | undefined;
  readonly log: Logger;
  /** Aborted when nothing more is to be read. */
  readonly signal: AbortSignal;
}

/** The folder, and who watched it, when all of it was last looked through. */
interface LastLook {
  readonly sight: Sight | undefined;
  readonly watch: Watch | undefined;
}

/** Files that are looked at, and files that are read, before other work comes between. */
const GLANCE = 256;
const BATCH = 32;
/** Files unseen by the watch that are looked at on the spot for every list; more are looked at in batches. */
const FEW = 16;
const SUFFIX = ".md";

/**
 * The markdown files right in one folder. Each is read once, and again when it has changed.
 * A list is right whether a watch tells of changes or not: the folder is looked at for each, and while nobody tells what changes
 * inside the files, or the folder is another than before, each of them too.
 * Files whose front matter does not fit are in no list.
 */
export class Shelf {
  readonly #options: ShelfOptions;
  readonly #catalogue: Catalogue;
  readonly #path: string;
  /** The folder as it looks; requests that came in together share one look. */
  readonly #folder: PerTurn<Sight | undefined>;
  readonly #noted = new Set<string>();
  readonly #fresh = new Fresh(() => this.#look());
  /** Slugs that no watch can speak for: links, hidden files, what could not be read, what is no page yet. */
  readonly #unseen = new Set<string>();
  #last: LastLook | undefined;
  #watch: Watch | undefined;
  #root: string | undefined;
  /** Whether somebody asks for all that is there now, and not only for what was told. */
  #wanted = false;
  #following = false;
  #reads = 0;

  constructor(options: ShelfOptions) {
    this.#options = options;
    this.#catalogue = options.catalogue;
    this.#path = join(options.home.path, options.catalogue.type);
    this.#folder = new PerTurn(() => lookAtFolder(this.#path));
  }

  /** How many files were read in this life. */
  get reads(): number {
    return this.#reads;
  }

  /** The pages that can be shown, newest first by date, then by time of change, as they were last seen. The same array until something changes. */
  get list(): readonly PageEntry[] {
    return this.#catalogue.list;
  }

  /** Whether `list` is right at this moment, as far as a few quick looks can tell. */
  get isCurrent(): boolean {
    const last = this.#last;
    if (last?.watch === undefined || last.watch !== this.#options.watch()) return false;
    if (this.#noted.size > 0 || this.#unseen.size > FEW || this.#fresh.running) return false;
    return isSame(last.sight, this.#folder.value) && [...this.#unseen].every(slug => this.#isAsKnown(slug));
  }

  /**
   * Makes `list` right. Who asks while the folder is looked through for the first time takes what that finds, unless the folder is
   * another by then. @throws HttpError 503 when Hearth stops meanwhile
   */
  async refresh(): Promise<void> {
    if (this.#last === undefined && this.#fresh.running) {
      await this.#fresh.running.catch(() => {}); // whoever began it is told; here it is tried again
      if (this.#isFolderAsBefore) return;
    }
    this.#wanted = true;
    await this.#fresh.run();
  }

  get #isFolderAsBefore(): boolean {
    return this.#last !== undefined && isSame(this.#last.sight, lookAtFolder(this.#path));
  }

  /** A file as it is now; at once when it is known already. What a watch speaks for is not looked at, as long as its folder is as before. */
  find(slug: string): Known | undefined | Promise<Known | undefined> {
    const known = this.#catalogue.get(slug);
    if (known && this.#isTold(slug)) return known;
    return this.#hasFolder && isSame(known?.sight, this.#sightOf(slug)) ? known : this.#findAgain(slug);
  }

  /** Reads a page from its file, whether it is known or not; nothing when it cannot be shown. */
  async read(slug: string): Promise<Page | undefined> {
    await this.#findRoot();
    const page = await this.#read(slug);
    this.#flush();
    return page;
  }

  /** Takes note that a file of the home has changed. Answers a promise when somebody must look after it. */
  note(path: string): Promise<void> | undefined {
    if (dirname(path) !== this.#catalogue.type || !isPage(path)) return;
    this.#noted.add(slugOf(basename(path)));
    return this.#following ? undefined : this.#follow();
  }

  /** Whether a file is as it is known, since its watch would have told otherwise, and nothing has taken its place. */
  #isTold(slug: string): boolean {
    const last = this.#last;
    if (last?.watch === undefined || !last.watch.calm || last.watch !== this.#options.watch()) return false;
    if (this.#noted.has(slug) || this.#unseen.has(slug) || this.#fresh.running) return false;
    return isSame(last.sight, this.#folder.value);
  }

  async #follow(): Promise<void> {
    this.#following = true;
    try {
      while (this.#noted.size > 0) await this.#fresh.run();
    } finally {
      this.#following = false;
    }
  }

  /** Whether the folder was found when it was looked for, or is still not there. */
  get #hasFolder(): boolean {
    if (this.#root !== undefined) return this.#last !== undefined;
    return this.#isFolderAsBefore;
  }

  /** A name is known from a look at the folder alone: where case makes no difference, one file must not become two pages. */
  async #findAgain(slug: string): Promise<Known | undefined> {
    const known = this.#catalogue.get(slug) !== undefined || this.#unseen.has(slug);
    if (this.#last && known) await this.read(slug);
    else await this.refresh();
    return this.#catalogue.get(slug);
  }

  async #look(): Promise<void> {
    const [wanted, last, watch] = [this.#wanted, this.#last, this.#options.watch()];
    this.#wanted = false;
    this.#watch = watch;
    if (!last) for (const _ of this.#catalogue.remember()) await this.#breath();
    const noted = [...this.#noted];
    this.#noted.clear();
    const sight = lookAtFolder(this.#path);
    await this.#findRoot();
    const told = last !== undefined && watch !== undefined && watch === last.watch;
    const whole = !told || (wanted && !isSame(last.sight, sight));
    if (whole) await this.#lookThrough();
    else await this.#readChanged([...noted, ...this.#unseen]);
    this.#last = whole ? { sight, watch } : last;
  }

  /** Forgets what has gone, reads what has come, and again what has changed. */
  async #lookThrough(): Promise<void> {
    const slugs = await this.#slugs();
    if (slugs === undefined) return;
    const there = new Set(slugs);
    for (const slug of [...this.#catalogue.slugs(), ...this.#unseen]) if (!there.has(slug)) this.#forget(slug);
    this.#flush();
    await this.#readChanged(slugs);
    for (const slug of slugs) this.#sortOut(slug);
  }

  /** The slugs of what is in the folder; nothing when that cannot be known now. */
  async #slugs(): Promise<string[] | undefined> {
    if (this.#root === undefined) return [];
    try {
      return (await readdir(this.#root)).filter(isPage).map(slugOf);
    } catch (error) {
      if (["ENOENT", "ENOTDIR", "EACCES", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) return [];
      this.#options.log.warn("a folder cannot be read now", { path: this.#catalogue.type, error: messageOf(error) });
      return undefined;
    }
  }

  async #readChanged(slugs: readonly string[]): Promise<void> {
    for (let from = 0; from < slugs.length; from += GLANCE) {
      const changed = slugs.slice(from, from + GLANCE).filter(slug => !this.#isAsKnown(slug));
      for (let at = 0; at < changed.length; at += BATCH) {
        await Promise.all(changed.slice(at, at + BATCH).map(slug => this.#read(slug)));
        this.#flush();
        this.#refuseWhenStopping();
      }
      await this.#breath();
    }
  }

  async #read(slug: string): Promise<Page | undefined> {
    const steady = await readSteady(join(this.#path, slug + SUFFIX), () => this.#sightOf(slug));
    if (!steady) return this.#forget(slug);
    if ("problem" in steady) return this.#keep(slug, steady.sight, steady);
    return this.#take(slug, steady.sight, steady.bytes);
  }

  #take(slug: string, sight: Sight, bytes: Uint8Array | { readonly code: string }): Page | undefined {
    if ("code" in bytes) {
      this.#catalogue.forget(slug, `cannot be read: ${bytes.code}`);
      this.#unseen.add(slug); // it may be readable the next time without looking different
      return;
    }
    this.#reads++;
    return this.#keep(slug, sight, readPage(bytes, metas[this.#catalogue.type]));
  }

  #keep(slug: string, ...what: [Sight, ReturnType<typeof readPage>]): Page | undefined {
    const page = this.#catalogue.keep(slug, ...what);
    this.#sortOut(slug);
    return page;
  }

  #forget(slug: string): undefined {
    this.#unseen.delete(slug);
    this.#catalogue.forget(slug);
  }

  /** Notes whether the watch speaks for a file. */
  #sortOut(slug: string): void {
    const known = this.#catalogue.get(slug);
    const seen = known?.sight.real === null && this.#watch?.sees(this.#catalogue.pathOf(slug)) === true;
    if (seen) this.#unseen.delete(slug);
    else this.#unseen.add(slug);
  }

  /** What is found when the folder is first looked through is told to nobody. */
  #flush(): void {
    this.#catalogue.flush(this.#last === undefined);
  }

  #isAsKnown(slug: string): boolean {
    return isSame(this.#catalogue.get(slug)?.sight, this.#sightOf(slug));
  }

  #sightOf(slug: string): Sight | undefined {
    return this.#root === undefined ? undefined : lookAtFile(`${this.#path}/${slug}${SUFFIX}`, this.#root);
  }

  /** The folder's real path; nothing when it is missing or a link leads out of the home. */
  async #findRoot(): Promise<void> {
    const { home, catalogue } = this.#options;
    this.#root = await home.resolve(catalogue.type).catch(() => undefined);
  }

  async #breath(): Promise<void> {
    await new Promise(resolve => setImmediate(resolve));
    this.#refuseWhenStopping();
  }

  #refuseWhenStopping(): void {
    if (this.#options.signal.aborted) throw new HttpError(503, "Hearth is stopping");
  }
}

const isPage = (path: string): boolean => path.endsWith(SUFFIX) && basename(path) !== SUFFIX;
const slugOf = (name: string): string => name.slice(0, -SUFFIX.length);
