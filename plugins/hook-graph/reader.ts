import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Home } from "hearth";
import { pageTypes, parseFrontMatter } from "hearth-plugins/content";
import type { Breath } from "hearth-plugins/hook-drift";
import type { Memory, Passage, Work } from "hearth-plugins/memory";
import { extract } from "./extract";
import type { Tables, WorkFacts, WorkRow } from "./tables";

/** Works whose passages are asked for at once. */
export const BATCH = 10;

/** What works are read with. */
export interface ReaderParts {
  readonly home: Home;
  readonly memory: Memory;
  readonly tables: Tables;
}

/** How a file looks from outside. */
export interface Looks {
  readonly size: number;
  readonly mtime: number;
}

/** Reads works as memory has them, and writes down what they name. */
export class WorkReader {
  constructor(readonly parts: ReaderParts) {}

  /** @returns how many of the works had other words than before */
  async read(
    works: readonly Work[],
    known: ReadonlyMap<string, WorkRow>,
    persons: ReadonlySet<string>,
    rest: Breath,
  ): Promise<number> {
    const { memory, tables } = this.parts;
    const paths = works.map(({ path }) => path);
    const passages = Map.groupBy((await memory.passages({ audience: "own", paths })).filter(isOwn), ({ path }) => path);
    let changed = 0;
    for (const work of works) {
      const own = passages.get(work.path) ?? [];
      const facts = { ...factsOf(work, own), ...(await looksOf(this.parts.home, work.path)) };
      if (known.get(work.path)?.print === facts.print) tables.seen(facts);
      else {
        tables.write(facts, await this.#extract(work.path, own, persons));
        changed++;
      }
      await rest();
    }
    return changed;
  }

  async #extract(path: string, passages: readonly Passage[], persons: ReadonlySet<string>) {
    if (passages.length === 0) return { named: [], links: [] }; // somebody else's words
    const text = passages.map(passage => passage.text).join("\n\n");
    return extract(path, text, await this.#frontMatter(path), persons);
  }

  /** Of pages alone, which are published as a whole: in other files some passages may be private, and memory says which. */
  async #frontMatter(path: string): Promise<Readonly<Record<string, unknown>>> {
    if (!(pageTypes as readonly string[]).includes(dirname(path))) return {};
    const looks = await looksOf(this.parts.home, path);
    if (looks.size > 2 ** 20) return {};
    const file = await this.parts.home.read(path).catch(() => undefined);
    return file ? parseFrontMatter(file.text).data : {};
  }
}

const isOwn = ({ recalled, privacy, provenance }: Passage) =>
  !recalled && privacy !== "private" && provenance.who === "agent";

/** A work is the same as long as its passages are. */
function factsOf({ path, type, title, date }: Work, passages: readonly Passage[]): Omit<WorkFacts, "size" | "mtime"> {
  const print = Bun.hash([type, title, date, ...passages.map(({ id }) => id)].join("\n")).toString(36);
  return { path, type, title, day: date, print };
}

/** Size and time of a file; zeros for what is not there, or is no file. */
export async function looksOf(home: Home, path: string): Promise<Looks> {
  const info = await stat(join(home.path, path)).catch(() => undefined);
  return info?.isFile() ? { size: info.size, mtime: info.mtimeMs } : { size: 0, mtime: 0 };
}
