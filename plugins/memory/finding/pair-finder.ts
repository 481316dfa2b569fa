import type { Database } from "bun:sqlite";
import type { Pair, PairsQuestion, Passage } from "../contract";
import { numbersOf, passageRows } from "../keeping/passage-rows";
import { Best } from "./best";
import type { Facts } from "./facts";
import type { Allowed, Slot, VectorIndex } from "./vector-index";
import { dot, wholeVectors } from "./whole-vectors";

/** Characters that a passage has to have beside its headings to be in a pair. */
const SHORTEST = 50;
/** Vectors that are kept at hand. */
const AT_HAND = 4096;
/** What sums of floats may differ by. */
const ROUNDING = 1e-6;

/** Looks for pairs of passages of different files: all of them that are near enough, whoever is asked about whom. */
export class PairFinder {
  readonly #vectors = new Map<Slot, Float32Array>();
  readonly #crumbs = new Map<Slot, boolean>();

  constructor(
    readonly database: Database,
    readonly facts: Facts,
    readonly index: VectorIndex,
  ) {}

  /** Works in steps, so that something else can be done between two; the index must not change meanwhile. Ends with the pairs, nearest first. */
  *find({ audience, paths, least, acrossTypes = false, limit }: PairsQuestion): Generator<void, Pair[]> {
    const { allowed } = this.facts.permitted({ audience });
    const among = paths ? this.#placesOf(paths, allowed) : allowed;
    const best = new Best<readonly [Slot, Slot]>(limit, least - ROUNDING);
    const fits = (a: Slot, b: Slot) =>
      this.facts.fileOf(a) !== this.facts.fileOf(b) && !(acrossTypes && this.facts.typeOf(a) === this.facts.typeOf(b));
    const slack = 2 * this.index.slack * (1 + this.index.slack) + ROUNDING;
    if (limit > 0)
      yield* this.index.pairs(among, allowed, best.floor - slack, (a, b) => {
        if (fits(a, b)) this.#offer(best, a, b);
        return best.floor - slack;
      });
    this.#vectors.clear();
    this.#crumbs.clear();
    return this.#pairsOf(best);
  }

  #offer(best: Best<readonly [Slot, Slot]>, a: Slot, b: Slot): void {
    const similarity = dot(this.#vector(a), this.#vector(b));
    if (similarity > best.floor && !this.#isCrumb(a) && !this.#isCrumb(b)) best.offer(similarity, [a, b]);
  }

  #placesOf(paths: readonly string[], allowed: Allowed): Allowed {
    const among = new Uint8Array(allowed.length);
    for (const no of numbersOf(this.database, [], paths)) {
      const slot = this.facts.slotOf(no);
      if (slot !== undefined) among[slot] = allowed[slot]!;
    }
    return among;
  }

  #vector(slot: Slot): Float32Array {
    const known = this.#vectors.get(slot);
    if (known) return known;
    const no = this.facts.noOf(slot);
    const vector = wholeVectors(this.database, [no]).get(no)!;
    if (this.#vectors.size >= AT_HAND) this.#vectors.clear();
    this.#vectors.set(slot, vector);
    return vector;
  }

  #isCrumb(slot: Slot): boolean {
    const known = this.#crumbs.get(slot);
    if (known !== undefined) return known;
    const { text } = this.database
      .query<{ text: string }, [number]>("select text from passage where no = ?")
      .get(this.facts.noOf(slot))!;
    const crumb = isCrumb(text);
    this.#crumbs.set(slot, crumb);
    return crumb;
  }

  #pairsOf(best: Best<readonly [Slot, Slot]>): Pair[] {
    const found = best
      .sorted()
      .map(({ score, item }) => ({ similarity: Math.min(1, score), nos: item.map(slot => this.facts.noOf(slot)) }));
    const rows = passageRows(this.database, [...new Set(found.flatMap(({ nos }) => nos))]);
    const passages = new Map(rows.map(({ no, passage }) => [no, passage]));
    return found.map(({ similarity, nos }) => {
      const [a, b] = nos.map(no => passages.get(no)!).sort(olderFirst) as [Passage, Passage];
      return { a, b, similarity };
    });
  }
}

/** Whether a text says next to nothing beside its headings. */
export function isCrumb(text: string): boolean {
  const body = text.replace(/^(\s*#{1,6} .*(\n|$))+/, "").trim();
  return [...body].length < SHORTEST;
}

/** What has no date is as old as Hearth has known it. */
const dayOf = ({ date, provenance }: Passage): string => date ?? provenance.at.slice(0, 10);

const placeOf = (passage: Passage): string =>
  `${dayOf(passage)} ${passage.path} ${String(passage.line).padStart(9, "0")}`;

const olderFirst = (a: Passage, b: Passage): number => (placeOf(a) < placeOf(b) ? -1 : 1);
