/** What a line of the CLI's output was. */
export type Line =
  | { readonly kind: "value"; readonly value: unknown }
  /** Not JSON; its beginning. */
  | { readonly kind: "noise"; readonly text: string }
  /** Longer than the cap, and dropped. */
  | { readonly kind: "cut"; readonly bytes: number };

const NEWLINE = 10;
const NOISE_SHOWN = 300;

/**
 * Takes a stream of bytes apart into lines of JSON. Never throws, whatever comes; never holds more than one line up to the cap.
 * Blank lines are passed over.
 */
export class JsonLines {
  #parts: Uint8Array[] = [];
  #held = 0;
  #length = 0;

  /** @param cap bytes that a line may have */
  constructor(readonly cap: number) {}

  /** The lines that this piece completes. */
  *push(chunk: Uint8Array): Generator<Line> {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      this.#keep(chunk.subarray(from, at));
      yield* this.end();
      from = at + 1;
    }
    this.#keep(chunk.subarray(from));
  }

  /** The line that is left when the stream has ended. */
  *end(): Generator<Line> {
    const { bytes, length } = this.#take();
    if (length > this.cap) return yield { kind: "cut", bytes: length };
    const text = new TextDecoder().decode(bytes).trim();
    if (text !== "") yield parsed(text);
  }

  #keep(part: Uint8Array): void {
    this.#length += part.length;
    if (this.#length > this.cap) {
      this.#parts = [];
      this.#held = 0;
    } else if (part.length > 0) {
      this.#parts.push(part);
      this.#held += part.length;
    }
  }

  #take(): { bytes: Uint8Array; length: number } {
    const bytes = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts, this.#held);
    const length = this.#length;
    this.#parts = [];
    this.#held = this.#length = 0;
    return { bytes, length };
  }
}

function parsed(text: string): Line {
  try {
    return { kind: "value", value: JSON.parse(text) };
  } catch {
    return { kind: "noise", text: text.slice(0, NOISE_SHOWN) };
  }
}
