import type { Audience, Memory, Passage } from "hearth-plugins/memory";
import type { KnownPair } from "./pair-book";

/** Passages that are asked for at a time. */
const BATCH = 500;

/** A known pair whose passages are both still there, and where they stand now. */
export interface StandingPair<P extends KnownPair> {
  readonly known: P;
  /** The older one. */
  readonly a: Passage;
  readonly b: Passage;
}

/** Those of the pairs whose passages this audience may see, in their order; in two different files. */
export async function standing<P extends KnownPair>(
  memory: Memory,
  audience: Audience,
  pairs: readonly P[],
): Promise<StandingPair<P>[]> {
  const ids = [...new Set(pairs.flatMap(({ a, b }) => [a, b]))];
  const found: Passage[] = [];
  for (let from = 0; from < ids.length; from += BATCH)
    found.push(...(await memory.passages({ audience, ids: ids.slice(from, from + BATCH) })));
  const places = Map.groupBy(
    found.filter(({ recalled }) => !recalled),
    ({ id }) => id,
  );
  return pairs.flatMap(known => {
    const a = placeOf(places.get(known.a), known.aPath);
    const b = placeOf(places.get(known.b), known.bPath, a?.path);
    if (!a || !b) return [];
    return [isOlder(b, a) ? { known, a: b, b: a } : { known, a, b }];
  });
}

/** The passage where it was, else where the same text stands now. @param not the file of its pair's other end */
const placeOf = (passages: readonly Passage[] = [], path: string, not?: string): Passage | undefined =>
  passages.find(passage => passage.path === path && path !== not) ?? passages.find(passage => passage.path !== not);

/** Of the same day the one whose path comes first. */
const isOlder = (one: Passage, other: Passage): boolean => ageOf(one) < ageOf(other);

const ageOf = ({ date, path }: Passage): string => `${date ?? "9999"} ${path}`;
