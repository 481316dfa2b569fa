import type { Database } from "bun:sqlite";
import type { Tokenizer } from "../embedder";
import type { Audit, Compared, IndexKeeper, IndexListener, IndexOptions, LearnedFiles, Origin } from "../index-parts";
import { Days } from "../reading/day-of";
import { draftsOf, type Making } from "../reading/drafts";
import { bytesOf, type FileBytes } from "../reading/file-bytes";
import { type FoundFile, HomeFiles } from "../reading/home-files";
import { labeller } from "../reading/label";
import { Measure } from "../reading/measure";
import type { MemorySource } from "../source";
import { audit } from "./audit";
import { Change } from "./change";
import { type FileRow, FileRows } from "./file-rows";
import { inTransaction } from "./in-transaction";
import { PassageRows } from "./kept-passages";
import { Pending } from "./pending";
import { Recollections } from "./recollections";
import { Vectors } from "./vectors";

type Bytes = Extract<FileBytes, { readonly bytes: Uint8Array }>;

/** What became of one file. */
interface LearnedFile {
  readonly added: readonly number[];
  readonly kept: number;
  readonly removed: number;
  readonly notes: readonly string[];
}

const nothing: LearnedFile = { added: [], kept: 0, removed: 0, notes: [] };

/**
 * Reads the files of a home and keeps their rows. All of it is synchronous, and it is to be the only writer of its database. Learn what is
 * new before forgetting what has gone: then a file that was renamed keeps its vectors.
 */
export class FileKeeper implements IndexKeeper {
  readonly #files: HomeFiles;
  readonly #rows: FileRows;
  readonly #passages: PassageRows;
  readonly #vectors: Vectors;
  readonly #recollections: Recollections;
  readonly #pending: Pending;
  readonly #making: Making;

  /**
   * @param database from `openIndex`
   * @param tokenizer of the embedder; without it texts are cut by a rule of thumb
   * @param listener told of what changed, after each transaction
   */
  constructor(
    readonly database: Database,
    readonly options: IndexOptions,
    tokenizer: Tokenizer | undefined,
    readonly listener: IndexListener,
  ) {
    const agentNames = options.agentNames.map(name => name.toLowerCase());
    this.#making = {
      measure: new Measure(tokenizer, options.embedder?.window),
      days: new Days(options.timeZone),
      agentNames,
    };
    this.#files = new HomeFiles(options.home, options.sources);
    this.#rows = new FileRows(database);
    this.#passages = new PassageRows(database);
    this.#vectors = new Vectors(database);
    this.#recollections = new Recollections(database);
    this.#pending = new Pending(database, this.#making.measure);
  }

  /** @throws what the file system says when the home cannot be looked into */
  compare(): Compared {
    const { files, isUnseen } = this.#files.list();
    const known = new Map(this.#rows.all().map(row => [row.path, row]));
    const seen: [no: number, mtime: number][] = [];
    const changed = [...files.values()].filter(file => this.#hasChanged(file, known.get(file.path), seen));
    if (seen.length > 0) this.#change(() => seen.forEach(([no, mtime]) => this.#rows.seen(no, mtime)));
    const gone = [...known.keys()].filter(path => !files.has(path) && !isUnseen(path));
    return { changed: changed.map(({ path }) => path), gone, files: files.size };
  }

  learn(files: readonly { readonly path: string; readonly origin: Origin }[]): LearnedFiles {
    const sum = { files: 0, added: 0, kept: 0, removed: 0, recalled: 0, notes: [] as { path: string; note: string }[] };
    const added: { readonly origin: Origin; readonly nos: readonly number[] }[] = [];
    for (const { path, origin } of files) {
      const source = this.#files.sourceOf(path);
      if (!source) continue;
      const learned = this.#learn(path, source, origin);
      added.push({ origin, nos: learned.added });
      sum.files += 1;
      sum.added += learned.added.length;
      sum.kept += learned.kept;
      sum.removed += learned.removed;
      sum.notes.push(...learned.notes.map(note => ({ path, note })));
    }
    return { ...sum, recalled: this.#recall(added) };
  }

  forget(paths: readonly string[]): number {
    return paths.reduce((sum, path) => sum + this.#forget(path).removed, 0);
  }

  pending(most: number) {
    return this.options.embedder ? this.#pending.first(most) : [];
  }

  /** @throws Error for a vector that is none of this embedder's; then none is kept */
  put(vectors: readonly { readonly no: number; readonly vector: Float32Array }[]): number {
    for (const { vector } of vectors) this.#check(vector);
    const wanted = vectors.filter(({ no }) => this.#pending.has(no));
    this.#change(() => {
      for (const { no, vector } of wanted) this.#vectors.put(no, vector);
    });
    for (const { no, vector } of wanted) {
      this.#pending.remove(no);
      this.listener.embedded(no, vector);
    }
    return wanted.length;
  }

  counts() {
    const { files, passages } = this.database
      .query<{ files: number; passages: number }, []>(
        "select (select count(*) from file) as files, (select count(*) from passage) as passages",
      )
      .get()!;
    return { files, passages, pending: this.options.embedder ? this.#pending.size : 0 };
  }

  audit(bootTexts: readonly string[]): Audit {
    return audit(this.database, bootTexts);
  }

  /**
   * A file that looks the same is the same, unless it was read at a moment that left room for doubt: then its bytes tell.
   * @param seen takes what is beyond doubt from now on
   */
  #hasChanged(file: FoundFile, row: FileRow | undefined, seen: [no: number, mtime: number][]): boolean {
    if (row?.size !== file.size || Math.abs(row.mtime) !== file.mtime || row.source !== this.#nameOf(file.source))
      return true;
    if (row.mtime >= 0) return false;
    const read = bytesOf(file);
    if (!("bytes" in read) || hashOf(read.bytes) !== row.hash) return true;
    if (read.sure) seen.push([row.no, read.mtime]);
    return false;
  }

  #learn(path: string, source: MemorySource, origin: Origin): LearnedFile {
    const found = this.#files.look(path, source);
    if ("gone" in found) {
      const learned = found.gone ? this.#forget(path) : nothing;
      return { ...learned, notes: found.why ? [found.why] : [] };
    }
    const read = bytesOf(found);
    if ("bytes" in read) return this.#learnBytes(found, read, origin);
    return read.now
      ? { ...nothing, notes: [read.why] }
      : this.#replace(found, { ...read, hash: "", sure: true }, [], [read.why], origin);
  }

  #learnBytes(file: FoundFile, read: Bytes, origin: Origin): LearnedFile {
    const hash = hashOf(read.bytes);
    const row = this.#rows.of(file.path);
    const same = row?.hash === hash && row.source === this.#nameOf(file.source);
    const isWhole = row?.note === null || origin.vouched === undefined; // what nobody vouched for then, somebody may now
    if (same && isWhole && !origin.persons && !origin.reminded?.length) return this.#seen(row, read);
    const { drafts, notes } = draftsOf(read.bytes, file, {
      ...this.#making,
      ...(origin.vouched !== undefined && { vouched: new Set(origin.vouched.split("\n")) }),
    });
    return this.#replace(file, { ...read, hash }, drafts, notes, origin);
  }

  /** A file whose bytes are those of before. */
  #seen({ no }: FileRow, { mtime, sure }: Bytes): LearnedFile {
    this.#change(() => this.#rows.seen(no, sure ? mtime : -mtime));
    return { ...nothing, kept: this.#passages.count(no) };
  }

  #replace(
    { path, source }: FoundFile,
    { hash, size, mtime, sure }: Pick<Bytes, "size" | "mtime" | "sure"> & { readonly hash: string },
    drafts: ReturnType<typeof draftsOf>["drafts"],
    notes: readonly string[],
    origin: Origin,
  ): LearnedFile {
    const seen = {
      path,
      source: this.#nameOf(source),
      hash,
      size,
      mtime: sure ? mtime : -mtime,
      note: notes.join("; ") || null,
    };
    const replaced = this.#change(change => {
      const file = this.#rows.put(seen);
      return this.#passages.replace({ file, type: source.type, drafts, label: labeller(source, path, origin) }, change);
    });
    return { ...replaced, notes };
  }

  #forget(path: string): LearnedFile {
    const row = this.#rows.of(path);
    if (!row) return nothing;
    const removed = this.#change(change => {
      const count = this.#passages.remove(row.no, change);
      this.#rows.remove(row.no);
      return count;
    });
    return { ...nothing, removed };
  }

  /** Marks what is only written down again, once all of it is read: then what was moved from one file to another is not taken for it. */
  #recall(added: readonly { readonly origin: Origin; readonly nos: readonly number[] }[]): number {
    const fresh = new Set(added.flatMap(({ nos }) => nos));
    const nos = added.flatMap(({ origin, nos }) => this.#recollections.among(nos, origin.reminded ?? [], fresh));
    if (nos.length > 0) this.#change(change => nos.forEach(no => this.#passages.recall(no, change)));
    return nos.length;
  }

  /** One transaction, then telling what it changed. @throws what SQLite says, with what to do about a full disk */
  #change<T>(work: (change: Change) => T): T {
    const change = new Change();
    const result = inTransaction(this.database, this.options.file, () => work(change));
    for (const no of change.removed) this.#pending.remove(no);
    this.#pending.add(change.pending);
    change.tell(this.listener);
    return result;
  }

  #check(vector: Float32Array): void {
    const dims = this.options.embedder?.dims;
    if (vector.length !== dims)
      throw new Error(`the embedder made a vector of ${vector.length} dimensions; it says that it makes ${dims}`);
    if (!vector.every(Number.isFinite)) throw new Error("the embedder made a vector that is not made of numbers");
  }

  /** Of a source and of all that changes how its files are read. */
  #nameOf(source: MemorySource): string {
    const { agentNames, timeZone } = this.options;
    return `${source.id}@${Bun.hash.xxHash32(JSON.stringify([source, agentNames, timeZone])).toString(16)}`;
  }
}

const hashOf = (bytes: Uint8Array): string => new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
