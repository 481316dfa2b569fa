import { readFileSync } from "node:fs";
import type { Coarse } from "../keeping/vector-rows";
import { Best } from "./best";
import type { Allowed, NearSlot, PairFound, Slot, VectorIndex } from "./vector-index";

type Scan = (
  rows: number,
  scales: number,
  allowed: number,
  scores: number,
  count: number,
  query: number,
  dims: number,
) => void;

/** Rows of a block: memory grows by one at a time. */
const BLOCK = 4096;
/** Rows that pairs are looked for in at a time: few enough for the processor's cache. */
const TILE = 512;
/** Slots whose pairs in a tile are looked for in one step: some milliseconds. */
const STEP = 256;
const PAGE = 65_536;
/** Pages at the most: 2 GB. */
const PAGES = 32_768;
/** The query lies at the beginning of memory, before the blocks. */
const QUERY = 0;
const FIRST_BLOCK = PAGE;
/** Largest number in a query of 16 bits, so that no sum of products with bytes exceeds 32 bits at 2,048 dimensions. */
const FINEST = 8191;

const program = new WebAssembly.Module(readFileSync(new URL("./vector-scan.wasm", import.meta.url)));

/** The memory as it is now: when it grows, these are made anew. */
const viewsOf = ({ buffer }: WebAssembly.Memory) => ({
  rows: new Int8Array(buffer),
  bytes: new Uint8Array(buffer),
  floats: new Float32Array(buffer),
  query: new Int16Array(buffer, QUERY, PAGE / 2),
});

/** All vectors in one memory of WebAssembly, a byte per dimension; each question looks at all of them. */
export class FlatVectors implements VectorIndex {
  readonly #memory = new WebAssembly.Memory({ initial: 1, maximum: PAGES });
  readonly #scan: Scan;
  readonly #stride: number;
  #blocks = 0;
  #slack = 0;
  #present = new Uint8Array(0);
  #views = viewsOf(this.#memory);

  /** @param dims a multiple of 16, up to 2,048 */
  constructor(readonly dims: number) {
    if (dims % 16 !== 0 || dims < 16 || dims > 2048)
      throw new Error(`vectors of ${dims} dimensions: not a multiple of 16 up to 2,048`);
    const { exports } = new WebAssembly.Instance(program, { index: { memory: this.#memory } });
    this.#scan = exports["scan"] as Scan;
    this.#stride = Math.ceil((BLOCK * (dims + 4 + 4 + 1)) / PAGE) * PAGE;
  }

  /** Bytes. */
  get size(): number {
    return this.#memory.buffer.byteLength;
  }

  /** A cosine of one vector in bytes with one that is whole; of two in bytes it may be twice as much. */
  get slack(): number {
    return this.#slack;
  }

  /** Makes room at once for as many. @throws Error when there are too many for one memory */
  reserve(slots: number): void {
    const blocks = Math.ceil(slots / BLOCK);
    if (blocks <= this.#blocks) return;
    const pages = ((blocks - this.#blocks) * this.#stride) / PAGE;
    try {
      this.#memory.grow(pages);
    } catch {
      throw new Error(`no memory for ${slots} vectors of ${this.dims} dimensions`);
    }
    this.#blocks = blocks;
    this.#views = viewsOf(this.#memory);
    const present = new Uint8Array(blocks * BLOCK);
    present.set(this.#present);
    this.#present = present;
  }

  set(slot: Slot, { scale, bytes, error }: Coarse): void {
    this.reserve(slot + 1);
    const row = slot % BLOCK;
    const base = this.#base(slot);
    this.#views.rows.set(bytes, base + row * this.dims);
    this.#views.floats[this.#scales(base) / 4 + row] = scale;
    this.#slack = Math.max(this.#slack, error);
    this.#present[slot] = 1;
  }

  remove(slot: Slot): void {
    if (slot < this.#present.length) this.#present[slot] = 0;
  }

  has(slot: Slot): boolean {
    return this.#present[slot] === 1;
  }

  search(query: Float32Array, most: number, allowed: Allowed): NearSlot[] {
    const best = new Best<Slot>(most);
    const scale = this.#putQuery(query);
    for (let first = 0; first < this.#blocks * BLOCK; first += BLOCK) {
      this.#allow(first, BLOCK, allowed);
      const scores = this.#scores(first, BLOCK);
      for (let row = 0, floor = best.floor / scale; row < BLOCK; row++)
        if (scores[row]! > floor && this.#present[first + row] === 1 && allowed[first + row] === 1) {
          best.offer(scores[row]! * scale, first + row);
          floor = best.floor / scale;
        }
    }
    return best.sorted().map(({ score, item }) => ({ slot: item, score }));
  }

  *pairs(among: Allowed, allowed: Allowed, least: number, found: PairFound): Generator<void, void> {
    const slots = this.#slotsIn(among, allowed);
    let floor = least;
    for (let first = 0; first < this.#blocks * BLOCK; first += TILE) {
      this.#allow(first, TILE, allowed);
      const allAsk = everyAsks(among, allowed, first);
      for (const [at, slot] of slots.entries()) {
        if (allAsk && first > slot) continue;
        if (at % STEP === STEP - 1) {
          yield;
          this.#allow(first, TILE, allowed);
        }
        const scale = this.#putSlot(slot);
        const scores = this.#scores(first, TILE);
        for (let row = 0; row < TILE; row++) {
          if (!(scores[row]! * scale >= floor)) continue;
          const other = first + row;
          if (this.#present[other] !== 1 || allowed[other] !== 1 || isTheirs(slot, other, among)) continue;
          floor = found(slot, other, scores[row]! * scale);
        }
      }
      yield;
    }
  }

  #slotsIn(among: Allowed, allowed: Allowed): Slot[] {
    const slots: Slot[] = [];
    for (let slot = 0; slot < this.#present.length; slot++)
      if (this.#present[slot] === 1 && among[slot] === 1 && allowed[slot] === 1) slots.push(slot);
    return slots;
  }

  #base(slot: Slot): number {
    return FIRST_BLOCK + Math.floor(slot / BLOCK) * this.#stride;
  }
  #scales(base: number): number {
    return base + BLOCK * this.dims;
  }
  #scored(base: number): number {
    return this.#scales(base) + BLOCK * 4;
  }
  #allowed(base: number): number {
    return this.#scored(base) + BLOCK * 4;
  }

  /** Tells the kernel which of some rows to read. Their bytes stay until they are told anew. */
  #allow(first: Slot, count: number, allowed: Allowed): void {
    const place = this.#allowed(this.#base(first)) + (first % BLOCK);
    this.#views.bytes.fill(0, place, place + count);
    this.#views.bytes.set(allowed.subarray(first, first + count), place);
  }

  /** Scores of rows that lie in one block: products with the query as it was put there. */
  #scores(first: Slot, count: number): Float32Array {
    const base = this.#base(first);
    const row = first % BLOCK;
    const scored = this.#scored(base) + row * 4;
    this.#scan(
      base + row * this.dims,
      this.#scales(base) + row * 4,
      this.#allowed(base) + row,
      scored,
      count,
      QUERY,
      this.dims,
    );
    return this.#views.floats.subarray(scored / 4, scored / 4 + count);
  }

  /** Puts a query into its place, in 16 bits; answers what scores have to be multiplied with. */
  #putQuery(query: Float32Array): number {
    if (query.length !== this.dims)
      throw new Error(`a vector of ${query.length} dimensions among those of ${this.dims}`);
    const most = query.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
    const { query: place } = this.#views;
    for (let at = 0; at < this.dims; at++) place[at] = Math.round((query[at]! / most) * FINEST);
    return most / FINEST;
  }

  #putSlot(slot: Slot): number {
    const base = this.#base(slot);
    const row = base + (slot % BLOCK) * this.dims;
    this.#views.query.set(this.#views.rows.subarray(row, row + this.dims));
    return this.#views.floats[this.#scales(base) / 4 + (slot % BLOCK)]!;
  }
}

/** Whether all that a tile may show are asked about themselves. */
function everyAsks(among: Allowed, allowed: Allowed, first: Slot): boolean {
  for (let slot = first; slot < first + TILE; slot++) if (allowed[slot] === 1 && among[slot] !== 1) return false;
  return true;
}

/** Whether a pair is found from its other end, or is none: of two that are both asked about, the one with the higher number finds it. */
const isTheirs = (slot: Slot, other: Slot, among: Allowed): boolean =>
  slot === other || (among[other] === 1 && other > slot);
