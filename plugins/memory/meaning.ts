import type { MeaningSearch } from "hearth-plugins/search";
import type { Memory } from "./contract";
import type { MemorySource } from "./source";
import type { Indexes } from "./threads/indexes";

/** Passages that are asked for, for each page that is wanted: a page may be found by several. */
const PASSAGES = 2;

/** `GET /search?mode=semantic`: pages that are public, by what they mean. @param sources those of the home, by whose types pages are called */
export const meaningSearch = (
  memory: Memory,
  indexes: Indexes,
  sources: () => readonly MemorySource[],
): MeaningSearch => ({
  id: "memory",
  async find({ q, types, limit }) {
    const pages = sources().filter(source => isPage(source) && types.includes(source.type));
    if (pages.length === 0) return { hits: [] };
    const answer = await memory.search({
      text: q,
      audience: "public",
      mode: "semantic",
      types: pages.map(({ type }) => type),
      limit: limit * PASSAGES,
      perFile: 1,
    });
    if (answer.mode !== "semantic") return { unavailable: indexes.problem ?? answer.note ?? "nothing can be embedded" };
    const hits = answer.hits.slice(0, limit).map(({ type, path, similarity, text }) => ({
      searchable: type,
      slug: slugOf(path),
      score: similarity ?? 0,
      excerpt: text,
    }));
    return { hits, ...(answer.note !== undefined && { note: answer.note }) };
  },
});

/** A page is a markdown file right in its folder. */
const isPage = ({ privacy, format, files }: MemorySource): boolean =>
  privacy === "public" && format === "prose" && /^[^/*]+\/\*\.md$/.test(files);

const slugOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1, -".md".length);
