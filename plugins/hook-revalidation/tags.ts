/** The folders of the home that a frontend shows, and the tag under which it keeps what it made of them. */
const tagOfFolder = new Map(
  Object.entries({
    about: "about",
    bookshelf: "bookshelf",
    dreams: "dreams",
    essays: "essays",
    "essays-description": "essays",
    gifts: "gifts",
    "landing-page": "landing",
    "landing-summary": "landing",
    letters: "letters",
    "letters-description": "letters",
    news: "news",
    projects: "projects",
    sandbox: "sandbox",
    scores: "scores",
    "scores-description": "scores",
    thoughts: "thoughts",
    "visitor-greeting": "visitors",
  }),
);

/** Folders that a frontend shows. */
export const shownFolders = [...tagOfFolder.keys()];

/** Folders into which people send things at any time; no hook works on them. */
export const uploadFolders = ["news", "gifts"];

/** The folder of the home that a path lies in. */
export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.indexOf("/")));

/** The tags of some folders, sorted, each once. Echoes are drawn from all that is shown: their tag comes with every other. */
export function tagsOf(folders: Iterable<string>): string[] {
  const tags = new Set([...folders].flatMap(folder => tagOfFolder.get(folder) ?? []));
  return tags.size === 0 ? [] : [...tags.add("echoes")].sort();
}
