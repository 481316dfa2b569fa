import type { FileChanged } from "hearth-plugins/watcher";
import { type News, singles, trees } from "./topics";

/**
 * What a changed file means for those who read the home's other places: `about.modified` for a file right in a folder that is
 * shown as one thing, `gifts.created` for one anywhere in a tree. Nothing for a file elsewhere.
 */
export function placeNews({ path, change }: FileChanged): News | undefined {
  const [folder = "", ...rest] = path.split("/");
  const inside = rest.join("/");
  if (isSingle(folder) && rest.length === 1) return about(singles[folder], change, inside);
  const tree = trees.find(name => name === folder);
  return tree && inside && !rest.some(isSecret) ? about(tree, change, inside) : undefined;
}

const about = (topic: News["topic"], change: FileChanged["change"], path: string): News => ({
  type: `${topic}.${change}`,
  topic,
  path,
});

const isSingle = (name: string): name is keyof typeof singles => Object.hasOwn(singles, name);

/** What the trees do not show either, as far as it is watched at all. */
const isSecret = (name: string) => /\.(key|pem|env)$/i.test(name);
