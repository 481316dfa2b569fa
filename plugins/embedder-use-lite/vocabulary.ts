import { readModelFile } from "./model-folder";
import { Trie } from "./trie";

/** Stands for a space, and before the first word. */
const SPACE = "\u2581";
/** The token of what no piece says. Neighbours of it become one. */
const UNKNOWN = 0;
/** The first pieces of the vocabulary are no text. */
const FIRST_PIECE = 6;

/** Cuts text into the pieces of a vocabulary, so that their scores add up to the most there can be (a unigram model, by Viterbi). */
export class Vocabulary {
  readonly #trie = new Trie();
  readonly #scores: number[] = [];
  /** The symbol of each UTF-16 unit; 0 when no piece has it. Every unit that a piece has is a piece by itself. */
  readonly #symbols = new Uint8Array(1 << 16);
  #best = new Float64Array(256);
  #from = new Int32Array(256);
  #piece = new Int32Array(256);

  /** @throws ModelFault */
  constructor(folder: string) {
    const pieces: [text: string, score: number | null][] = JSON.parse(readModelFile(folder, "vocab.json").toString());
    let known = 0;
    for (const [token, [text, score]] of pieces.entries()) {
      // What was lost in the file counts nothing, as in the model's own code: the seven pieces that hold a colon.
      this.#scores.push(score ?? 0);
      if (token < FIRST_PIECE) continue;
      const units = unitsOf(text);
      for (const unit of units) this.#symbols[unit] ||= ++known;
      this.#trie.add(
        units.map(unit => this.#symbols[unit]!),
        token,
      );
    }
    this.#symbols[" ".charCodeAt(0)] = this.#symbols[SPACE.charCodeAt(0)]!;
  }

  /** The tokens of a text. @param most the first of them, at the most */
  encode(text: string, most = Number.POSITIVE_INFINITY): number[] {
    const tokens: number[] = [];
    if (text === "") return tokens;
    const line = ` ${text.normalize("NFKC")}`;
    const space = this.#symbols[SPACE.charCodeAt(0)];
    for (let at = 0, end = 1; at < line.length && tokens.length < most; at = end, end++) {
      if (this.#symbolAt(line, at) === 0) {
        if (tokens.at(-1) !== UNKNOWN) tokens.push(UNKNOWN);
        continue;
      }
      while (end < line.length && this.#symbolAt(line, end) !== 0 && this.#symbolAt(line, end) !== space) end++;
      this.#cut(line, at, end, tokens);
    }
    if (tokens.length > most) tokens.length = most;
    return tokens;
  }

  #symbolAt(line: string, at: number): number {
    return this.#symbols[line.charCodeAt(at)]!;
  }

  /** Adds the tokens of a stretch that no piece leaves: from a space to the next, or to something unknown. */
  #cut(line: string, start: number, end: number, tokens: number[]): void {
    const length = end - start;
    this.#room(length + 1);
    const [best, from, piece] = [this.#best, this.#from, this.#piece];
    best.fill(Number.NEGATIVE_INFINITY, 1, length + 1);
    for (let first = 0; first < length; first++) {
      let node = 0;
      for (let next = first; next < length; next++) {
        node = this.#trie.next(node, this.#symbolAt(line, start + next));
        if (node === 0) break;
        const found = this.#trie.piece(node);
        if (found < 0) continue;
        const score = best[first]! + this.#scores[found]!;
        if (score < best[next + 1]!) continue;
        best[next + 1] = score;
        from[next + 1] = first;
        piece[next + 1] = found;
      }
    }
    const before = tokens.length;
    for (let at = length; at > 0; at = from[at]!) tokens.push(piece[at]!);
    reverseFrom(tokens, before);
  }

  #room(length: number): void {
    if (length <= this.#best.length) return;
    this.#best = new Float64Array(2 * length);
    this.#from = new Int32Array(2 * length);
    this.#piece = new Int32Array(2 * length);
  }
}

const unitsOf = (text: string) => Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));

function reverseFrom(list: number[], start: number): void {
  for (let low = start, high = list.length - 1; low < high; low++, high--)
    [list[low], list[high]] = [list[high]!, list[low]!];
}
