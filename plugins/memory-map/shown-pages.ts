import { type Content, type PageEntry, pageTypes } from "hearth-plugins/content";

/** All pages that can be shown, as `Content` lists them. */
export type Lists = readonly (readonly PageEntry[])[];

/** The lists of all types; each is the same array until something changes. */
export const listsOf = (content: Content): Promise<Lists> => Promise.all(pageTypes.map(type => content.list(type)));

/** Where a page's file lies in the home. */
export const pathOf = ({ type, slug }: Pick<PageEntry, "type" | "slug">): string => `${type}/${slug}.md`;
