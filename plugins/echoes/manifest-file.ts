import { type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { type Home, isRecord, jsonValue } from "hearth";

/** Where the manifest may lie, relative to the home: the first that is there counts. */
export const places = ["data/echoes_manifest.json", "runner/memory/data/echoes_manifest.json"] as const;

/** The manifest as it lies on the disk. */
export interface Seen {
  readonly path: string;
  /** Differs when the file was written again. */
  readonly stamp: string;
}

/** What each page echoes, as it is written: "<type>/<slug>" → its entries, whatever they are. */
export type Entries = Readonly<Record<string, unknown>>;

/** Looks which file there is, without reading it; nothing when there is none. */
export function lookFor(home: Home): Seen | undefined {
  for (const path of places) {
    const info = infoOf(join(home.path, path));
    if (info) return { path, stamp: `${path} ${info.ino} ${info.size} ${info.mtimeMs} ${info.ctimeMs}` };
  }
  return undefined;
}

/** Nothing for what cannot be looked at, as behind links that go round in a circle. */
function infoOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/**
 * Reads the manifest.
 * @param most bytes it may have
 * @throws Error that says what is wrong with it, for people
 */
export async function readEntries(home: Home, path: string, most: number): Promise<Entries> {
  const file = Bun.file(await home.resolve(path));
  const info = await file.stat();
  if (!info.isFile()) throw new Error("is not a file");
  if (info.size > most) throw new Error(`has ${info.size} bytes; plugins.echoes.maxBytes allows ${most}`);
  return entriesIn(await file.text());
}

function entriesIn(text: string): Entries {
  const manifest = jsonValue(text);
  if (manifest === undefined) throw new Error("is not JSON");
  const echoes = isRecord(manifest) && Object.hasOwn(manifest, "echoes") ? manifest["echoes"] : undefined;
  if (!isRecord(echoes)) throw new Error('has no object "echoes" of lists by "<type>/<slug>"');
  return echoes;
}
