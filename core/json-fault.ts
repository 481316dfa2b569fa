import { codePoints } from "./bounded-text";

/** Where a text stops being JSON. */
export interface JsonFault {
  /** Offset in characters (Unicode code points). */
  readonly at: number;
  /** In the words that clients of this API know. */
  readonly why: string;
}

/** What is said of a text when nobody knows better. */
export const unknownFault: JsonFault = { at: 0, why: "not JSON" };

/** Finds what is wrong with a text that JSON.parse, much faster and silent about the place, has refused. Nothing when it is JSON. */
export function jsonFault(text: string): JsonFault | undefined {
  const fault = new JsonReader(text).read();
  return fault && { at: codePoints(text.slice(0, fault.at)), why: fault.why };
}

type Wanted = "value" | "value or end" | "key" | "key or end" | "colon" | "comma or end";

const gap = /[ \t\n\r]*/y;
const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these may not stand in a string
const plain = /[^"\\\u0000-\u001f]*/y;
const escaped = /\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4})/y;

/** Reads without recursion: a text may be as deep as it is long. Offsets are those of JavaScript here. */
class JsonReader {
  #at = 0;
  #wanted: Wanted = "value";
  #fault: JsonFault | undefined;
  /** What ends each object and list that is open. */
  readonly #ends: ("}" | "]")[] = [];

  constructor(readonly text: string) {}

  read(): JsonFault | undefined {
    for (;;) {
      this.#pass(gap);
      const char = this.text[this.#at];
      if (char === undefined && this.#wanted === "comma or end" && this.#ends.length === 0) return;
      this.#step(char);
      if (this.#fault) return this.#fault;
    }
  }

  #step(char: string | undefined): void {
    if (char !== undefined && char === this.#ends.at(-1) && this.#wanted.endsWith("or end")) this.#close();
    else if (this.#wanted === "comma or end") this.#comma(char);
    else if (this.#wanted === "colon") this.#colon(char);
    else if (this.#wanted.startsWith("key")) this.#key(char);
    else this.#value(char);
  }

  #close(): void {
    this.#ends.pop();
    this.#went(1, "comma or end");
  }

  #comma(char: string | undefined): void {
    const end = this.#ends.at(-1);
    if (end === undefined) this.#wrong("Extra data");
    else if (char !== ",") this.#wrong("Expecting ',' delimiter");
    else this.#went(1, end === "}" ? "key" : "value");
  }

  #colon(char: string | undefined): void {
    if (char === ":") this.#went(1, "value");
    else this.#wrong("Expecting ':' delimiter");
  }

  #key(char: string | undefined): void {
    if (char === '"') this.#string("colon");
    else this.#wrong("Expecting property name enclosed in double quotes");
  }

  #value(char: string | undefined): void {
    if (char === '"') this.#string("comma or end");
    else if (char === "{") this.#open("}", "key or end");
    else if (char === "[") this.#open("]", "value or end");
    else if (this.#pass(scalar)) this.#wanted = "comma or end";
    else this.#wrong("Expecting value");
  }

  #open(end: "}" | "]", wanted: Wanted): void {
    this.#ends.push(end);
    this.#went(1, wanted);
  }

  #string(wanted: Wanted): void {
    const from = this.#at++;
    do this.#pass(plain);
    while (this.#pass(escaped));
    const char = this.text[this.#at];
    if (char === '"') this.#went(1, wanted);
    else if (char === undefined) this.#wrong("Unterminated string starting at", from);
    else this.#wrong(char === "\\" ? "Invalid \\escape" : "Invalid control character at");
  }

  /** Goes on behind what fits here. */
  #pass(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.text)) return false;
    this.#at = pattern.lastIndex;
    return true;
  }

  #went(characters: number, wanted: Wanted): void {
    this.#at += characters;
    this.#wanted = wanted;
  }

  #wrong(why: string, at = this.#at): void {
    this.#fault = { at, why };
  }
}
