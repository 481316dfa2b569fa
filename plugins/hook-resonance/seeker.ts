import type { Memory, MemoryStatus, Pair, Passage, Work } from "hearth-plugins/memory";
import { isCopy } from "./copy";
import type { FileBook } from "./file-book";
import type { KnownPair, PairBook } from "./pair-book";
import { isCrumb } from "./substance";

export interface SeekerOptions {
  readonly memory: Memory;
  readonly files: FileBook;
  readonly pairs: PairBook;
  /** Cosine at the least. */
  readonly least: number;
  readonly acrossTypes: boolean;
}

/** What was looked through. */
export interface Sought {
  /** Files whose pairs go before those that have been waiting: of the session, and what else has changed since the last one. */
  readonly fresh: readonly string[];
  /** Whether nothing had been looked through before. */
  readonly first: boolean;
  readonly compared: number;
  /** Files that are compared the next time. */
  readonly left: number;
  /** New pairs. */
  readonly found: number;
  /** Why nothing was compared. */
  readonly problem?: string;
}

/** Files of one question. */
const PIECE = 4;
/** Pairs that are asked for at once, and at the most when most of them are worth nothing. */
const ENOUGH = 200;
const LIMIT = 12_800;
/** Pairs that wait to be told at the most, beside the fresh ones: the nearest. */
const BACKLOG = 1_000;

/** Pairs between which other work may come. */
const FEW = 25;

/** Looks for pairs that are not known yet. */
export class Seeker {
  readonly #options: SeekerOptions;

  constructor(options: SeekerOptions) {
    this.#options = options;
  }

  /**
   * Compares the files that are other than before with all others, a few at a time; what its time does not suffice for waits.
   * @param first files that go before the others @param seconds for the questions @throws the signal's reason, and what memory says; what was found until then is kept
   */
  async seek(day: string, first: readonly string[], signal: AbortSignal, seconds: number): Promise<Sought> {
    const { memory, files, pairs } = this.#options;
    const end = performance.now() + seconds * 1000;
    const status = await memory.status();
    if (status.reading) return nothing("memory is just reading the home; the next session looks again");
    const isFirst = this.#begin(status);
    const works = await memory.works({ audience: "own" });
    if (status.problem !== undefined && works.every(({ vector }) => !vector)) return nothing(status.problem);
    await breath();
    const changed = files.follow(printsOf(works));
    await breath();
    const fresh = isFirst ? first : [...new Set([...first, ...changed])];
    const waiting = inFront(files.waiting(), new Set(fresh));
    let [compared, found] = [0, 0];
    for (; compared < waiting.length && performance.now() < end; compared += PIECE) {
      signal.throwIfAborted();
      const piece = waiting.slice(compared, compared + PIECE);
      found += pairs.note(await this.#pairsOf(piece), day);
      await breath();
      pairs.keepNearest(BACKLOG, fresh);
      files.done(piece);
    }
    compared = Math.min(compared, waiting.length);
    return { fresh, first: isFirst, compared, left: waiting.length - compared, found };
  }

  /** Begins anew when the vectors are those of another embedder. Answers whether there is nothing yet. */
  #begin({ answering, embedder }: MemoryStatus): boolean {
    const { files } = this.#options;
    const basis = answering ?? embedder ?? files.basis ?? "";
    if (basis !== files.basis) files.begin(basis);
    return files.isEmpty;
  }

  /** Asks for more when most of what comes is worth nothing. */
  async #pairsOf(paths: readonly string[]): Promise<KnownPair[]> {
    const { memory, least, acrossTypes } = this.#options;
    for (let limit = ENOUGH; ; limit *= 4) {
      const answer = await memory.pairs({ audience: "own", paths, least, acrossTypes, limit });
      const sound = await soundOnes(answer);
      if (answer.length < limit || sound.length >= ENOUGH / 4 || limit >= LIMIT) return sound.map(known);
    }
  }
}

const nothing = (problem: string): Sought => ({ fresh: [], first: false, compared: 0, left: 0, found: 0, problem });

/** Whether a pair is worth telling: two texts of their own, which are not the same again. */
export const isSound = ({ a, b }: Pair): boolean => isOpen(a) && isOpen(b) && a.id !== b.id && !isCopy(a.text, b.text);

/** Those that are worth telling, looked for a few at a time. */
async function soundOnes(pairs: readonly Pair[]): Promise<Pair[]> {
  const sound: Pair[] = [];
  for (let at = 0; at < pairs.length; at += FEW, await breath())
    sound.push(...pairs.slice(at, at + FEW).filter(isSound));
  return sound;
}

const isOpen = ({ privacy, recalled, text }: Passage): boolean => privacy !== "private" && !recalled && !isCrumb(text);

function known({ a, b, similarity }: Pair): KnownPair {
  const [one, other] = a.id < b.id ? [a, b] : [b, a];
  return { a: one.id, b: other.id, aPath: one.path, bPath: other.path, similarity };
}

const breath = () => new Promise(resolve => setImmediate(resolve));

const inFront = (paths: readonly string[], first: ReadonlySet<string>): string[] => [
  ...paths.filter(path => first.has(path)),
  ...paths.filter(path => !first.has(path)),
];

/** What differs whenever the vector of a file does; files without one wait for theirs. */
const printsOf = (works: readonly Work[]): Map<string, string> =>
  new Map(
    works.flatMap(({ path, privacy, vector }) => (vector && privacy !== "private" ? [[path, printOf(vector)]] : [])),
  );

/** Memory makes the very same vector of the same passages. */
const printOf = (vector: Float32Array): string => Bun.hash.xxHash3(vector).toString(36);
