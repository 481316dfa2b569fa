import { type Ailment, type Clock, type Home, type Kept, kept, type Logger, messageOf } from "hearth";
import { pageTypes } from "hearth-plugins/content";
import { z } from "zod";
import { type Entries, lookFor, readEntries, type Seen } from "./manifest-file";
import { Echo } from "./shapes";

export interface ManifestOptions {
  readonly home: Home;
  readonly clock: Clock;
  readonly log: Logger;
  /** Bytes the file may have. */
  readonly maxBytes: number;
  /** Echoes of one page that are answered at the most. */
  readonly maxEchoes: number;
}

const none = kept({ echoes: [] });

/** An echo as it is written: a similarity that lies outside by a rounding error is set to the nearest that may be. */
const Entry = Echo.extend({ similarity: z.number().transform(number => Math.min(1, Math.max(0, number))) });

/**
 * Knows what each page echoes. The file is looked at for each question, and read again when it is another than before.
 * One that cannot be used is told once; what was known before it is answered until it is mended.
 */
export class Manifest {
  readonly #options: ManifestOptions;
  readonly #answers = new Map<string, Kept>();
  #stamp: string | undefined;
  #entries: Entries = {};
  #ailment: Ailment | undefined;
  #reading: Promise<void> | undefined;

  constructor(options: ManifestOptions) {
    this.#options = options;
  }

  /** What is wrong with the file, as far as it was read. */
  get ailments(): readonly Ailment[] {
    return this.#ailment ? [this.#ailment] : [];
  }

  /** The answer for a page; an empty list for one of which nothing is known. */
  async echoesOf(type: string, slug: string): Promise<Kept> {
    await this.refresh();
    const key = `${type}/${slug}`;
    const isKnown = (pageTypes as readonly string[]).includes(type) && Object.hasOwn(this.#entries, key);
    return isKnown ? this.#answer(key) : none;
  }

  /** Reads the file if it is another than before. Never throws. */
  async refresh(): Promise<void> {
    await this.#reading;
    const seen = lookFor(this.#options.home);
    if (seen?.stamp === this.#stamp) return;
    this.#reading ??= this.#read(seen).finally(() => {
      this.#reading = undefined;
    });
    await this.#reading;
  }

  async #read(seen: Seen | undefined): Promise<void> {
    const { home, maxBytes } = this.#options;
    try {
      this.#take(seen ? await readEntries(home, seen.path, maxBytes) : {});
    } catch (error) {
      this.#tell(seen!.path, messageOf(error));
    }
    this.#stamp = seen?.stamp;
  }

  #take(entries: Entries): void {
    this.#entries = entries;
    this.#answers.clear();
    this.#ailment = undefined;
  }

  #tell(path: string, problem: string): void {
    const { clock, log } = this.#options;
    const { since } = this.#ailment ?? { since: clock.now().toISOString() };
    this.#ailment = { path, problem, since };
    log.warn("the manifest of echoes cannot be used; what was known before still holds", { path, problem });
  }

  #answer(key: string): Kept {
    const held = this.#answers.get(key);
    if (held) return held;
    const answer = kept({ echoes: sound(this.#entries[key]).slice(0, this.#options.maxEchoes) });
    this.#answers.set(key, answer);
    return answer;
  }
}

/** The entries that are echoes, in their order; none of what is no list. */
function sound(entries: unknown): Echo[] {
  if (!Array.isArray(entries)) return [];
  return entries.flatMap(entry => {
    const read = Entry.safeParse(entry);
    return read.success ? [read.data] : [];
  });
}
