import { type Named, namesIn } from "./named";
import { linksOf, subjectsIn } from "./subjects";

/** Raised whenever the same work would give other names: all works are read again then. */
export const EXTRACTION = 1;

/** Names that are kept of one work: the most frequent. */
const MOST = 200;

/** What a work names. */
export interface Extract {
  readonly named: readonly Named[];
  /** Paths of other files, relative to the home. */
  readonly links: readonly string[];
}

/**
 * Reads what a work names, without a model.
 * @param data its front matter
 * @param persons keys of names that are known to be persons'
 */
export function extract(
  path: string,
  text: string,
  data: Readonly<Record<string, unknown>>,
  persons: ReadonlySet<string>,
): Extract {
  const found = new Map<string, Named>();
  for (const one of [...namesIn(text), ...subjectsIn(text, data)]) {
    const held = found.get(one.key);
    found.set(one.key, held ? merged(held, one) : one);
  }
  for (const one of found.values()) if (persons.has(one.key) && one.named > 0) one.person += 10;
  const named = [...found.values()].filter(({ key }) => key.length > 1).sort((a, b) => b.times - a.times);
  return { named: named.slice(0, MOST), links: linksOf(path, text) };
}

const merged = (a: Named, b: Named): Named => ({
  key: a.key,
  name: a.named >= b.named ? a.name : b.name,
  times: Math.max(a.times, b.times),
  person: a.person + b.person,
  place: a.place + b.place,
  named: a.named + b.named,
});
