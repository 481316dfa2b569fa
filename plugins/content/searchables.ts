import type { Searchable } from "hearth-plugins/search";
import { type Content, type PageMeta, type PageType, pageTypes } from "./contract";
import { kinds } from "./kinds";

/** What search finds of the pages. */
export const searchablesOf = (content: Content): readonly Searchable[] =>
  pageTypes.map(type => ({
    id: kinds[type].noun,
    async versions() {
      return new Map((await content.list(type)).map(({ slug, hash }) => [slug, hash]));
    },
    async read(slug) {
      const page = await content.page(type, slug);
      if (!page) return;
      const { meta, content: body } = page;
      return { slug, title: meta.title, body, date: meta.date, ...moreOf(type, meta) };
    },
  }));

function moreOf(type: PageType, meta: PageMeta): { more?: Readonly<Record<string, string | null>> } {
  if (type === "thoughts") return { more: { mood: meta.mood ?? null } };
  return type === "dreams" ? { more: { dream_type: meta.type ?? null } } : {};
}
