import type { Arena } from "./arena";
import { type Kernels, kernelsIn } from "./kernels";
import type { Matrix } from "./matrix";
import { INNER, type Layer, NARROW, type Norm, readWeights, type Weights, WIDE, WINDOW } from "./weights";

const HEADS = 4;
/** Tokens that go through the network at a time, of one text or of many short ones. */
const ROWS = WINDOW;
/** With the rows that the kernels read and write too much. */
const PADDED = ROWS + 4;
const FLOAT = 4;

/** Bytes of the places below, and of what rounding takes. */
const ROOM = FLOAT * PADDED * (3 * WIDE + INNER + INNER / 2 + 1 + 2 * PADDED) + 4096;

type Ending = "multiply" | "multiplyPositive" | "multiplyAdd";

/** A text in the rows of a batch. */
interface Stretch {
  readonly row: number;
  readonly tokens: readonly number[];
}

/** The Universal Sentence Encoder Lite: two layers of a transformer, the mean over the tokens, one layer more. */
export class Network {
  readonly #weights: Weights;
  readonly #kernels: Kernels;
  readonly #arena: Arena;
  // Places in the memory, of rows of floats where nothing else is said.
  /** The tokens as they are after each step. */
  readonly #state: number;
  readonly #normed: number;
  /** What is multiplied next, in 16-bit numbers, and the scale of each row. */
  readonly #short: number;
  readonly #scales: number;
  /** Queries, keys and values of the tokens; then the inner layer. */
  readonly #inner: number;
  /** At first the tokens as they are read, then what they saw of each other. */
  readonly #context: number;
  /** Of one head: its keys, turned; how much each token looks at each. */
  readonly #keys: number;
  readonly #scores: number;

  /** @throws ModelFault */
  constructor(folder: string) {
    this.#weights = readWeights(folder, ROOM);
    this.#arena = this.#weights.arena;
    this.#kernels = kernelsIn(this.#arena.memory);
    const rows = (width: number) => this.#arena.take(FLOAT * PADDED * width);
    this.#state = rows(WIDE);
    this.#normed = rows(WIDE);
    this.#short = rows(INNER / 2);
    this.#scales = rows(1);
    this.#inner = rows(INNER);
    this.#context = rows(WIDE);
    this.#keys = rows(PADDED);
    this.#scores = rows(PADDED);
  }

  /** A vector of unit length for each list of at most `WINDOW` tokens. What it is does not depend on what else is asked for. */
  run(lists: readonly (readonly number[])[]): Float32Array[] {
    const vectors: Float32Array[] = [];
    for (let first = 0; first < lists.length; ) {
      const batch: Stretch[] = [];
      for (let row = 0; first < lists.length && fits(row, batch.length, lists[first]!); first++) {
        batch.push({ row, tokens: lists[first]! });
        row += lists[first]!.length;
      }
      vectors.push(...this.#batch(batch));
    }
    return vectors;
  }

  #batch(batch: readonly Stretch[]): Float32Array[] {
    const rows = batch.reduce((sum, { tokens }) => sum + tokens.length, 0);
    if (rows > 0) this.#encode(batch, rows);
    const pooled = this.#arena.floats(this.#normed, batch.length * WIDE).fill(0);
    for (const [index, { row, tokens }] of batch.entries())
      this.#mean(pooled.subarray(index * WIDE, (index + 1) * WIDE), row, tokens.length);
    this.#multiply(this.#normed, this.#weights.last, this.#inner, batch.length, "multiply");
    return batch.map((_, index) => unit(this.#arena.floats(this.#inner + FLOAT * WIDE * index, WIDE)));
  }

  /** Leaves the tokens in `#state`. */
  #encode(batch: readonly Stretch[], rows: number): void {
    const read = this.#context;
    for (const { row, tokens } of batch)
      this.#lookUp(tokens, this.#arena.floats(read + FLOAT * NARROW * row, NARROW * tokens.length));
    this.#multiply(read, this.#weights.widened, this.#state, rows, "multiply");
    for (const [index, layer] of this.#weights.layers.entries()) {
      this.#norm(index === 0 ? read : this.#state, layer.attentionNorm, rows, layer.width);
      this.#multiply(this.#normed, layer.asked, this.#inner, rows, "multiply");
      for (const stretch of batch) this.#attend(stretch, layer);
      this.#multiply(this.#context, layer.attended, this.#state, rows, "multiplyAdd");
      this.#norm(this.#state, layer.innerNorm, rows, WIDE);
      this.#multiply(this.#normed, layer.inner, this.#inner, rows, "multiplyPositive");
      this.#multiply(this.#inner, layer.outer, this.#state, rows, "multiplyAdd");
    }
  }

  #lookUp(tokens: readonly number[], to: Float32Array): void {
    const { tokens: table, places } = this.#weights;
    for (const [place, token] of tokens.entries()) {
      const scale = table.scales[token]!;
      const [from, at] = [token * NARROW, place * NARROW];
      for (let column = 0; column < NARROW; column++)
        to[at + column] = scale * table.values[from + column]! + places[at + column]!;
    }
  }

  #norm(from: number, { gain, bias }: Norm, rows: number, width: number): void {
    this.#kernels.layerNorm(from, this.#normed, gain, bias, rows, width);
  }

  #multiply(from: number, { panels, scales, bias, depth, width }: Matrix, to: number, rows: number, how: Ending): void {
    this.#kernels.quantise(from, this.#short, this.#scales, rows, depth);
    this.#kernels[how](this.#short, this.#scales, panels, scales, bias, to, rows, depth, width);
  }

  /** Every token of a text looks at every other: from `#inner` to `#context`. */
  #attend({ row, tokens }: Stretch, { width }: Layer): void {
    const count = tokens.length;
    if (count === 0) return;
    const size = width / HEADS;
    const line = FLOAT * 3 * width;
    const scoresWide = Math.ceil(count / 8) * 8;
    const scoreLine = FLOAT * scoresWide;
    for (let head = 0; head < HEADS; head++) {
      const queries = this.#inner + row * line + FLOAT * head * size;
      const [keys, values] = [queries + FLOAT * width, queries + FLOAT * 2 * width];
      const to = this.#context + FLOAT * (row * width + head * size);
      this.#kernels.turn(keys, line, this.#keys, scoreLine, count, size);
      this.#kernels.combine(queries, line, this.#keys, scoreLine, this.#scores, scoreLine, count, size, scoresWide);
      this.#kernels.softmax(this.#scores, scoreLine, count, count, 1 / Math.sqrt(size));
      this.#kernels.combine(this.#scores, scoreLine, values, line, to, FLOAT * width, count, count, size);
    }
  }

  #mean(to: Float32Array, row: number, count: number): void {
    const from = this.#arena.floats(this.#state + FLOAT * WIDE * row, WIDE * count);
    for (let at = 0; at < from.length; at += WIDE)
      for (let column = 0; column < WIDE; column++) to[column]! += from[at + column]!;
    for (let column = 0; column < WIDE; column++) to[column]! /= Math.max(1, count);
  }
}

/** Also texts without a token take a row, of the last matrix. */
const fits = (row: number, texts: number, { length }: readonly number[]) =>
  texts === 0 || (row + length <= ROWS && texts < ROWS);

/** What comes out of the last matrix, bent between -1 and 1, and of unit length. */
function unit(values: Float32Array): Float32Array {
  const vector = values.map(Math.tanh);
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return vector.map(value => value / Math.max(length, 1e-6));
}
