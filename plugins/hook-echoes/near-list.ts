/** A page that another echoes. */
export interface Link {
  /** Of its file, relative to the home. */
  readonly path: string;
  readonly similarity: number;
}

/** What is known of the pages near one. */
export interface NearList {
  /** Nearest first. */
  readonly links: readonly Link[];
  /** Every page that is nearer than this is among the links. */
  readonly bound: number;
}

/** Nothing is known yet. */
export const unknown: NearList = { links: [], bound: 1 };

/** @param complete whether there are no others above `least` */
export function nearList(links: readonly Link[], depth: number, complete: boolean, least: number): NearList {
  const kept = links.toSorted(inOrder).slice(0, depth);
  const all = complete && kept.length === links.length;
  return { links: kept, bound: all ? least : (kept.at(-1)?.similarity ?? 1) };
}

/** The list without some pages; the same one when none of them is in it. */
export function without(list: NearList, paths: ReadonlySet<string>): NearList {
  if (!list.links.some(({ path }) => paths.has(path))) return list;
  return { ...list, links: list.links.filter(({ path }) => !paths.has(path)) };
}

/** Puts a page in its place, when it is near enough for this list to know that place. */
export function withLink(list: NearList, link: Link, depth: number): NearList {
  if (link.similarity < list.bound) return list;
  const links = [...list.links, link].sort(inOrder);
  const dropped = links.splice(depth);
  return { links, bound: Math.max(list.bound, ...dropped.map(({ similarity }) => similarity)) };
}

/** Whether one of the nearest `most` above `least` may be missing. */
export const isShort = ({ links, bound }: NearList, most: number, least: number): boolean =>
  links.length < most && bound > least;

const inOrder = (a: Link, b: Link): number => b.similarity - a.similarity || (a.path < b.path ? -1 : 1);
