import type { FileChanged } from "hearth-plugins/watcher";
import { type News, nouns } from "./topics";

/** File names that can be part of an address as they are. */
const PAGE = /^([a-zA-Z0-9][a-zA-Z0-9_-]*)\.md$/;

/**
 * What a changed file means for those who read the home: `thought.created` and the like.
 * Nothing for a file that is no page: it lies deeper than in the folder itself, its name cannot be a slug, or its folder has no pages.
 */
export function pageNews({ path, change }: FileChanged): News | undefined {
  const [folder, name, ...deeper] = path.split("/");
  const slug = PAGE.exec(name ?? "")?.[1];
  if (!isFolder(folder) || slug === undefined || deeper.length > 0) return;
  return { type: `${nouns[folder]}.${change}`, topic: folder, path: name!, slug };
}

const isFolder = (name: string | undefined): name is keyof typeof nouns =>
  name !== undefined && Object.hasOwn(nouns, name);
