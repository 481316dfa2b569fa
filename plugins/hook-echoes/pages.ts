import { type Content, type PageEntry, pageTypes } from "hearth-plugins/content";
import type { Memory } from "hearth-plugins/memory";

/** Works that are asked for at a time. */
const BATCH = 256;

/** Pages that can be shown, by the path of their file. */
export type Pages = ReadonlyMap<string, PageEntry>;

/** What memory knows of pages. */
export interface Sighted {
  /** Of public pages: what differs whenever their vector does; null while they have none. */
  readonly prints: ReadonlyMap<string, string | null>;
  /** The types of these works, as memory calls them. */
  readonly types: readonly string[];
}

/** All pages that can be shown. */
export async function shownPages(content: Content): Promise<Pages> {
  const lists = await Promise.all(pageTypes.map(type => content.list(type)));
  return new Map(lists.flat().map(page => [`${page.type}/${page.slug}.md`, page]));
}

/** Looks up pages in memory; what is not public is passed over. */
export async function sightOf(memory: Memory, pages: Pages, signal: AbortSignal): Promise<Sighted> {
  const paths = [...pages.keys()];
  const prints = new Map<string, string | null>();
  const types = new Set<string>();
  for (let from = 0; from < paths.length; from += BATCH) {
    signal.throwIfAborted();
    const works = await memory.works({ audience: "public", paths: paths.slice(from, from + BATCH) });
    for (const { path, type, privacy, vector } of works) {
      if (privacy !== "public" || !pages.has(path)) continue;
      prints.set(path, vector && printOf(vector));
      types.add(type);
    }
  }
  return { prints, types: [...types] };
}

/** Of a vector: memory makes the very same one of the same passages. */
const printOf = (vector: Float32Array): string => Bun.hash.xxHash3(vector).toString(36);
