import type { Database } from "bun:sqlite";
import type {
  MemoryAnswer,
  MemoryQuestion,
  NearQuestion,
  NearWork,
  Pair,
  PairsQuestion,
  Passage,
  Work,
  WorksQuestion,
} from "../contract";
import type { IndexListener, IndexOptions, IndexReader, PassageFacts } from "../index-parts";
import { numbersOf, passageRows } from "../keeping/passage-rows";
import { coarse } from "../keeping/vector-rows";
import { Facts } from "./facts";
import { Finding } from "./finding";
import { FlatVectors } from "./flat-vectors";
import { loadFacts, loadVectors } from "./loading";
import { PairFinder } from "./pair-finder";
import { TextIndex } from "./text-index";
import { dot, wholeVectors } from "./whole-vectors";
import { Works } from "./works";

/** Answers from the index: the facts and vectors of all passages are in memory, their texts in SQLite. */
export class VectorReader implements IndexReader, IndexListener {
  readonly #facts = new Facts();
  readonly #vectors: FlatVectors | undefined;
  readonly #texts: TextIndex;
  readonly #finding: Finding;
  readonly #works: Works;
  readonly #pairs: PairFinder | undefined;

  /** Reads what the index holds. */
  constructor(
    readonly database: Database,
    { embedder }: Pick<IndexOptions, "embedder">,
  ) {
    this.#vectors = embedder && new FlatVectors(embedder.dims);
    this.#texts = new TextIndex(database, this.#facts);
    this.#finding = new Finding(database, this.#facts, this.#texts, this.#vectors);
    this.#works = new Works(database, this.#facts);
    this.#pairs = this.#vectors && new PairFinder(database, this.#facts, this.#vectors);
    loadFacts(database, this.#facts);
    if (this.#vectors) loadVectors(database, this.#facts, this.#vectors);
  }

  search(question: MemoryQuestion & { readonly now: string }, vector?: Float32Array): MemoryAnswer {
    return this.#finding.answer(question, vector);
  }

  passages({ audience, ids = [], paths = [] }: Parameters<IndexReader["passages"]>[0]): Passage[] {
    return passageRows(this.database, this.#seen(audience, ids, paths)).map(({ passage }) => passage);
  }

  works({ paths, vectors, ...filter }: WorksQuestion): Work[] {
    return this.#works.of(this.#facts.permitted(filter), { paths, vectors });
  }

  near({ to, audience, types, limit, least = -1 }: NearQuestion, vector?: Float32Array): NearWork[] {
    const { centre, itself } = this.#centre(to, audience, vector);
    if (!centre) return [];
    const works = this.works({ audience, ...(types && { types }) });
    const near = works.flatMap(({ path, type, title, date, vector }) => {
      const similarity = vector && !itself.has(path) ? Math.min(1, dot(vector, centre)) : Number.NaN;
      return similarity >= least ? [{ path, type, title, date, similarity }] : [];
    });
    return near.sort((a, b) => b.similarity - a.similarity).slice(0, limit);
  }

  pairs(question: PairsQuestion): Pair[] {
    const steps = this.pairSteps(question);
    for (;;) {
      const { done, value } = steps.next();
      if (done) return value;
    }
  }

  /** As `pairs`, in steps of some milliseconds, so that a caller can answer others between two. The index must not change meanwhile. */
  *pairSteps(question: PairsQuestion): Generator<void, Pair[]> {
    return this.#pairs ? yield* this.#pairs.find(question) : [];
  }

  added(passages: readonly PassageFacts[]): void {
    for (const facts of passages) {
      this.#facts.add(facts);
      this.#works.forget(facts.file);
    }
    this.#texts.changed(passages.length);
  }

  removed(nos: readonly number[]): void {
    for (const no of nos) {
      const slot = this.#facts.remove(no);
      if (slot === undefined) continue;
      this.#vectors?.remove(slot);
      this.#works.forget(this.#facts.fileOf(slot));
    }
    this.#texts.changed(nos.length);
  }

  embedded(no: number, vector: Float32Array): void {
    const slot = this.#facts.slotOf(no);
    if (slot === undefined) return;
    this.#vectors?.set(slot, coarse(vector));
    this.#works.forget(this.#facts.fileOf(slot));
  }

  /** The numbers of those of these passages that an audience may see. */
  #seen(audience: NearQuestion["audience"], ids: readonly string[], paths: readonly string[]): number[] {
    const { allowed } = this.#facts.permitted({ audience, recalled: true });
    return numbersOf(this.database, ids, paths).filter(no => allowed[this.#facts.slotOf(no) ?? -1] === 1);
  }

  /** What to look around, and the works that it is itself. */
  #centre(to: NearQuestion["to"], audience: NearQuestion["audience"], vector: Float32Array | undefined) {
    if ("text" in to) return { centre: vector, itself: new Set<string>() };
    if ("path" in to)
      return { centre: this.works({ audience, paths: [to.path] })[0]?.vector, itself: new Set([to.path]) };
    const seen = this.#seen(audience, [to.id], []);
    const itself = passageRows(this.database, seen).map(({ passage }) => passage.path);
    const [centre] = wholeVectors(this.database, seen).values();
    return { centre, itself: new Set(itself) };
  }
}
