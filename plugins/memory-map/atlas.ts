import { type Clock, HttpError, type Kept, kept, type Logger, messageOf, Turns } from "hearth";
import type { Content } from "hearth-plugins/content";
import type { Memory, MemoryStatus } from "hearth-plugins/memory";
import type { layOut } from "./lay-out";
import type { Layout, Places } from "./places";
import { type PlacedWork, printOf, publicWorks, vectorsOf } from "./public-works";
import type { WorksMap } from "./shapes";
import { type Lists, listsOf, pathOf } from "./shown-pages";
import { inUnitSquare } from "./unit-square";

export interface AtlasOptions {
  readonly memory: Memory;
  readonly content: Content;
  readonly places: Places;
  readonly layOut: typeof layOut;
  readonly clock: Clock;
  readonly log: Logger;
  /** Aborted when nothing more is to be made. */
  readonly signal: AbortSignal;
}

/** Share of the works that must have had a place before, for the others to be fitted in between them. */
const FAMILIAR = 2 / 3;
/** Seconds after which to ask again for a map that is not there yet. */
const RETRY = 10;

/** The map of all public works: kept, made anew when the works are others, and answered as it was meanwhile. */
export class Atlas {
  readonly #options: AtlasOptions;
  readonly #turns = new Turns(1, Number.POSITIVE_INFINITY, () => new Error("no end"));
  #layout: Layout | undefined;
  #answer: { readonly lists: Lists; readonly layout: Layout | undefined; readonly kept: Kept } | undefined;
  /** Why there is none yet, when that is known. */
  #missing: string | undefined;

  constructor(options: AtlasOptions) {
    this.#options = options;
    this.#layout = options.places.load();
  }

  /** Whether there is one. */
  get exists(): boolean {
    return this.#layout !== undefined;
  }

  /** Brings the layout up to date. @throws what memory or the thread says */
  refresh(): Promise<void> {
    return this.#turns.take(() => this.#refresh());
  }

  /** Like `refresh`; what goes wrong is written to the log, and the layout of before answers on. */
  async tryRefresh(): Promise<void> {
    try {
      await this.refresh();
    } catch (error) {
      this.#missing = messageOf(error);
      if (!this.#options.signal.aborted)
        this.#options.log.warn("the map could not be made", { error: messageOf(error) });
    }
  }

  /** The map of the works that can be shown now. @throws HttpError 503 while there is none */
  async current(): Promise<Kept> {
    const lists = await listsOf(this.#options.content);
    const before = this.#answer;
    if (before && before.layout === this.#layout && before.lists.every((list, index) => list === lists[index]))
      return before.kept;
    const answer = kept(this.#map(lists));
    this.#answer = { lists, layout: this.#layout, kept: answer };
    return answer;
  }

  /** The same as a value. */
  async map(): Promise<WorksMap> {
    return this.#map(await listsOf(this.#options.content));
  }

  #map(lists: Lists): WorksMap {
    const pages = lists.flat();
    const layout = this.#layout;
    if (pages.length === 0) return { works: [], waiting: 0, made_at: layout?.madeAt ?? null };
    if (!layout) throw this.#notYet();
    const square = inUnitSquare(layout.places);
    const works = pages.flatMap(page => {
      const place = square.get(pathOf(page));
      return place
        ? [{ type: page.type, slug: page.slug, title: page.meta.title, date: page.meta.date, ...place }]
        : [];
    });
    return { works, waiting: pages.length - works.length, made_at: layout.madeAt };
  }

  #notYet(): HttpError {
    const why = this.#missing === undefined ? "it is being made" : this.#missing;
    return new HttpError(503, `There is no map yet: ${why}`, { "retry-after": String(RETRY) });
  }

  async #refresh(): Promise<void> {
    const { memory, content, clock, places, signal } = this.#options;
    const status = await memory.status();
    const basis = status.answering ?? status.embedder ?? "";
    const paths = (await listsOf(content)).flat().map(pathOf);
    const works = await publicWorks(memory, paths, signal);
    const print = printOf(works);
    if (this.#layout && this.#layout.print === print && this.#layout.basis === basis) return;
    if (works.length === 0 && paths.length > 0 && isUnready(status)) {
      this.#missing = status.problem ?? "memory has no vectors yet";
      return;
    }
    const made = await this.#lay(works, basis);
    signal.throwIfAborted();
    const layout = { print, basis, madeAt: clock.now().toISOString(), places: made };
    places.save(layout);
    this.#layout = layout;
    this.#missing = undefined;
  }

  async #lay(works: readonly PlacedWork[], basis: string): Promise<Layout["places"]> {
    const before = this.#placesBefore(works, basis);
    const places = await this.#options.layOut({ ...vectorsOf(works), ...(before && { before }) }, this.#options.signal);
    return new Map(works.map(({ path }, index) => [path, { x: places[index * 2]!, y: places[index * 2 + 1]! }]));
  }

  /** Where these works were; nothing when too few of them were anywhere. */
  #placesBefore(works: readonly PlacedWork[], basis: string): Float64Array | undefined {
    const layout = this.#layout;
    if (layout?.basis !== basis) return;
    const known = works.filter(({ path }) => layout.places.has(path)).length;
    if (known < 3 || known < works.length * FAMILIAR) return;
    return Float64Array.from(
      works.flatMap(({ path }) => {
        const place = layout.places.get(path);
        return place ? [place.x, place.y] : [Number.NaN, Number.NaN];
      }),
    );
  }
}

/** Whether memory may still come to have vectors. */
const isUnready = ({ problem, pending, reading, files }: MemoryStatus): boolean =>
  problem !== undefined || pending > 0 || reading || files === 0;
