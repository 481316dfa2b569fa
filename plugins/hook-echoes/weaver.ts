import type { Content } from "hearth-plugins/content";
import type { Memory } from "hearth-plugins/memory";
import type { Links } from "./links";
import { isShort, type Link, nearList } from "./near-list";
import { type Pages, type Sighted, shownPages, sightOf } from "./pages";

export interface WeaverOptions {
  readonly memory: Memory;
  readonly content: Content;
  readonly links: Links;
  /** Echoes of a page at the most. */
  readonly most: number;
  /** Cosine at the least. */
  readonly least: number;
  /** Seconds for the questions of one session. */
  readonly seconds: number;
}

/** What was done. */
export interface Woven {
  readonly pages: Pages;
  /** Pages that memory was asked about. */
  readonly asked: number;
  /** Pages that have no vector yet. */
  readonly unready: number;
  /** Pages that are asked the next time. */
  readonly left: number;
}

/** A page whose vector is another than when it was asked. */
interface Changed {
  readonly path: string;
  readonly print: string;
}

/** Changed pages up to which the others are kept in step, however few there are. */
const FEW = 64;
/** Share of the pages above which all are asked anew. */
const MANY = 1 / 16;
/** Parts of 1 that a similarity is kept to. */
const FINE = 1e6;
/** Questions at a time. */
const BATCH = 16;

/** Keeps the links between public pages in step with memory, asking only what has changed. */
export class Weaver {
  readonly #options: WeaverOptions;

  constructor(options: WeaverOptions) {
    this.#options = options;
  }

  /** Stops when the time is up, or when the signal says so; what was learned until then is kept. @throws the signal's reason, and what memory says */
  async weave(signal: AbortSignal): Promise<Woven> {
    const { memory, content, links, seconds } = this.#options;
    const end = performance.now() + seconds * 1000;
    const status = await memory.status();
    const pages = await shownPages(content);
    const sighted = await sightOf(memory, pages, signal);
    const isGone = (path: string) => !pages.has(path) || (!sighted.prints.has(path) && !status.reading);
    links.forget(new Set([...links.pages.keys()].filter(isGone)));
    const basis = status.answering ?? status.embedder ?? links.basis ?? "";
    const changed = changedPages(sighted, links);
    const isAnew = basis !== links.basis || changed.length > Math.max(FEW, links.pages.size * MANY);
    if (isAnew) await this.#putOffAll(sighted, basis);
    else await this.#takeIn(changed, pages, sighted, signal);
    this.#putOffShort();
    links.save();
    const asked = await this.#askWaiting(sighted, end, signal);
    return {
      pages,
      asked: asked + (isAnew ? 0 : changed.length),
      unready: [...sighted.prints.values()].filter(print => print === null).length,
      left: [...links.pages.values()].filter(({ waiting }) => waiting).length,
    };
  }

  async #putOffAll({ prints }: Sighted, basis: string): Promise<void> {
    const { links } = this.#options;
    await links.putOffAll([...prints].filter((entry): entry is [string, string] => entry[1] !== null));
    links.basis = basis;
  }

  /** Asks for all that the changed pages are near to, and puts them in the lists of those. */
  async #takeIn(changed: readonly Changed[], pages: Pages, sighted: Sighted, signal: AbortSignal): Promise<void> {
    const { links, least } = this.#options;
    for (const [index, { path, print }] of changed.entries()) {
      signal.throwIfAborted();
      const answer = await this.#near(path, sighted, links.pages.size + pages.size);
      const found = answer.filter(link => sighted.prints.has(link.path));
      links.removeFromOthers(new Set([path]));
      links.set(path, { print, list: nearList(found, links.depth, true, least), waiting: false });
      links.mergeIntoOthers(path, found);
      if (index % BATCH === BATCH - 1) links.save();
    }
  }

  /** Pages that have lost neighbours may be near to some of which their lists do not know. */
  #putOffShort(): void {
    const { links, most, least } = this.#options;
    for (const [path, { list, waiting }] of links.pages) if (!waiting && isShort(list, most, least)) links.putOff(path);
  }

  async #askWaiting(sighted: Sighted, end: number, signal: AbortSignal): Promise<number> {
    const { links } = this.#options;
    const waiting = [...links.pages].flatMap(([path, page]) =>
      page.waiting && sighted.prints.get(path) ? [path] : [],
    );
    let asked = 0;
    for (; asked < waiting.length && performance.now() < end; asked += BATCH) {
      signal.throwIfAborted();
      await Promise.all(waiting.slice(asked, asked + BATCH).map(path => this.#ask(path, sighted)));
      links.save();
    }
    return Math.min(asked, waiting.length);
  }

  /** Asks for the nearest of a page, and for more of them while too many of those cannot be shown. */
  async #ask(path: string, sighted: Sighted): Promise<void> {
    const { links, most, least } = this.#options;
    for (let limit = links.depth; ; limit *= 4) {
      const answer = await this.#near(path, sighted, limit);
      const found = answer.filter(link => sighted.prints.has(link.path));
      const complete = answer.length < limit;
      if (found.length < most && !complete) continue;
      const print = links.pages.get(path)?.print ?? "";
      return links.set(path, { print, list: nearList(found, links.depth, complete, least), waiting: false });
    }
  }

  async #near(path: string, { types }: Sighted, limit: number): Promise<Link[]> {
    const { memory, least } = this.#options;
    const works = await memory.near({ to: { path }, audience: "public", types, limit, least });
    return works.map(({ path: other, similarity }) => ({
      path: other,
      similarity: Math.round(similarity * FINE) / FINE,
    }));
  }
}

const changedPages = ({ prints }: Sighted, links: Links): Changed[] =>
  [...prints].flatMap(([path, print]) =>
    print !== null && links.pages.get(path)?.print !== print ? [{ path, print }] : [],
  );
