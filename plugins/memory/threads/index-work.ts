import type { Database } from "bun:sqlite";
import type {
  Audience,
  MemoryAnswer,
  MemoryQuestion,
  NearQuestion,
  Pair,
  PairsQuestion,
  WorksQuestion,
} from "../contract";
import type { EmbedderModule, OpenEmbedder, Tokenizer } from "../embedder";
import { type FileVersion, versionsOf } from "../file-versions";
import { VectorReader } from "../finding/vector-reader";
import type { IndexKeeper, IndexOptions, Origin } from "../index-parts";
import { dropIndex, isDamage, openIndex } from "../keeping/index-file";
import { FileKeeper } from "../keeping/keeper";
import { HomeFiles } from "../reading/home-files";
import { EmbedderFault, IndexLost } from "./index-faults";
import { RecentVectors } from "./recent-vectors";

/** Questions of which the vectors are kept. */
const QUESTIONS = 64;
/** Seconds that an embedder has for a question at the most. */
const PATIENCE = 10;

/** What was skipped in a file, for people. */
export interface FileNote {
  readonly path: string;
  readonly note: string;
}

interface Halves {
  readonly db: Database;
  readonly keeper: IndexKeeper;
  readonly reader: VectorReader;
}

/** All that is asked of an index. What it answers and is told can be sent from one thread to another. */
export class IndexWork {
  readonly #files: HomeFiles;
  #halves: Halves;
  #embedder: Promise<OpenEmbedder> | undefined;
  readonly #asked = new RecentVectors(QUESTIONS);
  /** Until it resolves, the index must stay as it is. */
  #steady: Promise<unknown> = Promise.resolve();

  constructor(
    readonly options: IndexOptions,
    readonly tokenizer: Tokenizer | undefined,
  ) {
    this.#files = new HomeFiles(options.home, options.sources);
    this.#halves = this.#openSound();
  }

  compare() {
    return this.#with(({ keeper }) => keeper.compare());
  }
  learn(files: readonly { readonly path: string; readonly origin: Origin }[]) {
    return this.#change(({ keeper }) => keeper.learn(files));
  }
  forget(paths: readonly string[]) {
    return this.#change(({ keeper }) => keeper.forget(paths));
  }
  pending(most: number) {
    return this.#with(({ keeper }) => keeper.pending(most));
  }
  put(vectors: readonly { readonly no: number; readonly vector: Float32Array }[]) {
    return this.#change(({ keeper }) => keeper.put(vectors));
  }
  counts() {
    return this.#with(({ keeper }) => keeper.counts());
  }
  audit(bootTexts: readonly string[]) {
    return this.#with(({ keeper }) => keeper.audit(bootTexts));
  }
  passages(wanted: {
    readonly audience: Audience;
    readonly ids?: readonly string[];
    readonly paths?: readonly string[];
  }) {
    return this.#with(({ reader }) => reader.passages(wanted));
  }
  works(question: WorksQuestion) {
    return this.#with(({ reader }) => reader.works(question));
  }

  /** All pairs may take a while: others are answered between its steps, and what would change the index waits. */
  async pairs(question: PairsQuestion): Promise<Pair[]> {
    const found = this.#steady.then(() => this.#pairs(question));
    this.#steady = found.catch(() => {});
    return found;
  }

  /** Of these files the versions that lie in the home now; of one that cannot be read, nothing. */
  versions(paths: readonly string[]): FileVersion[] {
    return versionsOf(this.#files, paths);
  }

  /** The passages of these files that have no vector yet, by number. */
  lacking(paths: readonly string[]): number[] {
    return this.#with(({ db }) =>
      db
        .query<{ no: number }, [string]>(
          `select passage.no from file join passage on passage.file = file.no
           where file.path in (select value from json_each(?))
             and not exists (select 1 from vector where vector.passage = passage.no)`,
        )
        .all(JSON.stringify(paths))
        .map(({ no }) => no),
    );
  }

  /** Files of which not all is remembered, and why; a thousand at the most. */
  notes(): FileNote[] {
    return this.#with(({ db }) =>
      db.query<FileNote, []>("select path, note from file where note is not null order by path limit 1000").all(),
    );
  }

  /** By words alone, with a note, when the question cannot be embedded. */
  async search(question: MemoryQuestion & { readonly now: string }): Promise<MemoryAnswer> {
    const { vector, fault } = question.mode === "text" ? {} : await this.#vectorOf(question.text);
    const answer = this.#with(({ reader }) => reader.search(question, vector));
    return fault === undefined ? answer : { ...answer, note: [fault, answer.note].filter(Boolean).join("; ") };
  }

  /** Nothing is near a text that cannot be embedded. */
  async near(question: NearQuestion) {
    const { vector } = "text" in question.to ? await this.#vectorOf(question.to.text) : {};
    return this.#with(({ reader }) => reader.near(question, vector));
  }

  close(): void {
    void this.#embedder?.then(embedder => embedder.close?.()).catch(() => {});
    this.#halves.db.close();
  }

  async #pairs(question: PairsQuestion): Promise<Pair[]> {
    const steps = this.#with(({ reader }) => reader.pairSteps(question));
    for (;;) {
      const { done, value } = this.#with(() => steps.next());
      if (done) return value;
      await new Promise(resolve => setImmediate(resolve));
    }
  }

  async #change<T>(work: (halves: Halves) => T): Promise<T> {
    await this.#steady;
    return this.#with(work);
  }

  /** Does something with the index. @throws IndexLost when it was damaged */
  #with<T>(work: (halves: Halves) => T): T {
    try {
      return work(this.#halves);
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#halves.db.close();
      dropIndex(this.options.file);
      this.#halves = this.#open();
      throw new IndexLost(`the index was damaged: ${(error as Error).message}`);
    }
  }

  /** Opens the index; one that is damaged is thrown away. */
  #openSound(): Halves {
    try {
      return this.#open();
    } catch (error) {
      if (!isDamage(error)) throw error;
      dropIndex(this.options.file);
      return this.#open();
    }
  }

  #open(): Halves {
    const db = openIndex(this.options.file);
    try {
      const reader = new VectorReader(db, this.options);
      return { db, reader, keeper: new FileKeeper(db, this.options, this.tokenizer, reader) };
    } catch (error) {
      db.close();
      throw error;
    }
  }

  /** An embedder that fails is opened anew at the next question; one that hangs costs each question its patience, and no more. */
  async #vectorOf(text: string): Promise<{ vector?: Float32Array; fault?: string }> {
    const { embedder } = this.options;
    if (!embedder) return {};
    const known = this.#asked.get(text);
    if (known) return { vector: known };
    try {
      this.#embedder ??= openEmbedder(embedder);
      const made = this.#embedder.then(open => open.embed([text]));
      const patience = Math.min(PATIENCE, embedder.patience ?? PATIENCE);
      const vectors = await within(made, patience);
      if (!vectors) return { fault: `the question was not embedded within ${patience} s` };
      if (!vectors[0]) return {};
      this.#asked.keep(text, vectors[0]);
      return { vector: vectors[0] };
    } catch (error) {
      this.#embedder = undefined;
      return { fault: `the question cannot be embedded: ${(error as Error).message}` };
    }
  }
}

/** Opens the index. @throws EmbedderFault, and what SQLite says */
export async function open(options: IndexOptions): Promise<IndexWork> {
  return new IndexWork(options, options.embedder && (await openTokenizer(options.embedder)));
}

type Named = NonNullable<IndexOptions["embedder"]>;

/** What comes in time; nothing for what does not. */
async function within<T>(made: Promise<T>, seconds: number): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(late.resolve, seconds * 1000);
  return Promise.race([made, late.promise]).finally(() => clearTimeout(timer));
}

const load = (module: string): Promise<EmbedderModule> => import(module);

async function openEmbedder({ module, options }: Named): Promise<OpenEmbedder> {
  return (await load(module)).openEmbedder(options);
}

async function openTokenizer({ module, options }: Named): Promise<Tokenizer> {
  try {
    return await (await load(module)).openTokenizer(options);
  } catch (error) {
    throw new EmbedderFault((error as Error).message);
  }
}
