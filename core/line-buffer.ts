/** How long, in ms, lines wait for each other before they are written. */
const GATHER = 20;
/** Bytes that are gathered at the most. */
const ROOM = 256 * 1024;
/** UTF-8 takes three bytes at the most for one UTF-16 unit. */
const WIDEST = 3;
const NEWLINE = 10;
const ZERO = 48;
const ASCII = 0x80;

/**
 * Collects lines and hands them on in one write, so that a log line costs a request no system call. They are kept as bytes:
 * strings that outlive their request cost the garbage collector more than the request did.
 * What is left is written by `flush`, which the daemon calls before it ends.
 */
export class LineBuffer {
  readonly #encoder = new TextEncoder();
  readonly #bytes = new Uint8Array(ROOM);
  #used = 0;

  constructor(readonly out: (bytes: Uint8Array) => unknown) {}

  write(line: string): void {
    if ((line.length + 1) * WIDEST > ROOM) {
      this.flush();
      this.out(this.#encoder.encode(`${line}\n`));
    } else this.begin(line.length).text(line).end();
  }

  /** Begins a line that is put together part by part, in place. @param length of all its parts at the most, in UTF-16 units */
  begin(length: number): this {
    if ((length + 1) * WIDEST > ROOM - this.#used) this.flush();
    if (this.#used === 0) setTimeout(() => this.flush(), GATHER);
    return this;
  }

  /** A part of the line begun. */
  text(part: string): this {
    const bytes = this.#bytes;
    const from = this.#used;
    for (let n = 0; n < part.length; n++) {
      const unit = part.charCodeAt(n);
      if (unit >= ASCII) return this.#wide(part);
      bytes[from + n] = unit;
    }
    this.#used = from + part.length;
    return this;
  }

  #wide(part: string): this {
    this.#used += this.#encoder.encodeInto(part, this.#bytes.subarray(this.#used)).written;
    return this;
  }

  /** A part that is a whole number of at least zero. */
  integer(value: number): this {
    let size = 1;
    for (let bound = 10; bound <= value; bound *= 10) size++;
    let rest = value;
    for (let at = this.#used + size - 1; at >= this.#used; at--) {
      this.#bytes[at] = ZERO + (rest % 10);
      rest = Math.floor(rest / 10);
    }
    this.#used += size;
    return this;
  }

  /** Ends the line begun. */
  end(): void {
    this.#bytes[this.#used++] = NEWLINE;
  }

  flush(): void {
    if (this.#used === 0) return;
    const bytes = this.#bytes.slice(0, this.#used);
    this.#used = 0;
    this.out(bytes);
  }
}
