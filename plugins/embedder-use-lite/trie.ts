/** Symbols are numbers from 1 to 255. */
const SYMBOLS = 256;
/** 2^16 places for some 20,000 nodes: few questions meet. */
const BITS = 16;

/** Pieces of text by their symbols, to be walked symbol by symbol. */
export class Trie {
  readonly #keys = new Int32Array(1 << BITS);
  readonly #nodes = new Int32Array(1 << BITS);
  /** For each node the piece that ends there, or -1. */
  readonly #pieces: number[] = [-1];

  /** Adds a piece; of two with the same symbols the later one counts. */
  add(symbols: Iterable<number>, piece: number): void {
    let node = 0;
    for (const symbol of symbols) node = this.next(node, symbol) || this.#grow(node, symbol);
    this.#pieces[node] = piece;
  }

  /** The node behind a symbol; 0, which is the root, when there is none. */
  next(node: number, symbol: number): number {
    const key = node * SYMBOLS + symbol;
    let place = placeOf(key);
    for (; this.#keys[place] !== 0; place = (place + 1) & ((1 << BITS) - 1))
      if (this.#keys[place] === key) return this.#nodes[place]!;
    return 0;
  }

  /** The piece that ends at a node, or -1. */
  piece(node: number): number {
    return this.#pieces[node]!;
  }

  #grow(node: number, symbol: number): number {
    const key = node * SYMBOLS + symbol;
    let place = placeOf(key);
    while (this.#keys[place] !== 0) place = (place + 1) & ((1 << BITS) - 1);
    this.#keys[place] = key;
    this.#nodes[place] = this.#pieces.length;
    return this.#pieces.push(-1) - 1;
  }
}

const placeOf = (key: number) => Math.imul(key, 0x9e3779b1) >>> (32 - BITS);
