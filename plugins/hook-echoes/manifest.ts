import type { Home } from "hearth";
import type { PageEntry } from "hearth-plugins/content";
import type { KeptPage } from "./links";
import type { Link } from "./near-list";
import type { Pages } from "./pages";

export const MANIFEST = "data/echoes_manifest.json";

/** Pages between which other work may come. */
const BATCH = 50;

/**
 * The manifest's text: a line for each page that echoes something, in the order of the paths.
 * @param most echoes of a page @param least similarity of one
 */
export async function manifestText(
  kept: ReadonlyMap<string, KeptPage>,
  pages: Pages,
  most: number,
  least: number,
): Promise<string> {
  const lines: string[] = [];
  const known = [...pages].filter(([path]) => kept.has(path)).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [index, [path, page]] of known.entries()) {
    if (index % BATCH === BATCH - 1) await new Promise(resolve => setImmediate(resolve));
    const echoes = echoesOf(kept.get(path)!.list.links, pages, most, least);
    if (echoes.length > 0) lines.push(`${JSON.stringify(`${page.type}/${page.slug}`)}:${JSON.stringify(echoes)}`);
  }
  return `{"echoes":{\n${lines.join(",\n")}\n}}\n`;
}

function echoesOf(links: readonly Link[], pages: Pages, most: number, least: number) {
  return links
    .filter(({ path, similarity }) => similarity >= least && pages.has(path))
    .slice(0, most)
    .map(({ path, similarity }) => echoOf(pages.get(path)!, similarity));
}

const echoOf = ({ type, slug, meta }: PageEntry, similarity: number) => ({
  content_type: type,
  slug,
  title: meta.title,
  date: meta.date,
  similarity: Math.round(Math.min(1, Math.max(0, similarity)) * 1e4) / 1e4,
});

/** Replaces the manifest, unless it says the same. Answers whether it did. */
export async function writeManifest(home: Home, text: string): Promise<boolean> {
  if ((await home.read(MANIFEST))?.text === text) return false;
  await home.write(MANIFEST, text);
  return true;
}
