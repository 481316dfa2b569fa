export { type FrontMatter, frontMatter, parseFrontMatter, type Split, splitFrontMatter } from "./front-matter";
export { isThought } from "./thought-path";
export { zonedIso, zonedMinute } from "./zoned-date";
