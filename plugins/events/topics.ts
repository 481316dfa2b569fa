/** Folders of the home whose pages are told, and what one page of each is called. */
export const nouns = {
  thoughts: "thought",
  dreams: "dream",
  scores: "score",
  letters: "letter",
  essays: "essay",
  bookshelf: "bookshelf",
} as const;

/** Folders that are shown as one thing each, and what it is called. */
export const singles = {
  about: "about",
  "landing-page": "landing",
  "landing-summary": "landing-summary",
  "visitor-greeting": "visitor-greeting",
  "scores-description": "scores-description",
  "letters-description": "letters-description",
  "essays-description": "essays-description",
} as const;

/** Folders that are shown as trees of files. */
export const trees = ["sandbox", "projects", "news", "gifts"] as const;

const pages = Object.keys(nouns) as (keyof typeof nouns)[];
const things = Object.values(singles);

/** What a client may ask for. "system" is heard by everybody, whatever they ask for; "*" is everything. */
export const topics = [...pages, ...things, ...trees, "mailbox", "sessions", "system", "*"] as const;

/** What an event is about. */
export type Topic = Exclude<(typeof topics)[number], "*">;

/** Something to tell, before it has a number and a time. */
export interface News {
  readonly type: string;
  readonly topic: Topic;
  /** A file's bare name; of a file in a tree, its path in the tree. */
  readonly path?: string;
  readonly slug?: string;
  /** Further fields, for some types only. */
  readonly more?: Readonly<Record<string, unknown>>;
}
