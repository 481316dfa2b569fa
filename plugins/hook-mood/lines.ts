import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

/** Bytes of one read: what is done with the lines of one takes a millisecond or two, and others have their turn in between. */
const PIECE = 32 * 1024;
const NEWLINE = 10;

/** Which part of a file is read. */
export interface Part {
  /** Bytes at the end of the file at the most. */
  readonly most: number;
  /** Bytes of a line at the most. */
  readonly longest: number;
}

/** The lines of one piece of a file; undefined stands for one that is too long. */
export type Piece = readonly (string | undefined)[];

/** A file's lines, piece by piece, from the first one that is whole. Nothing in it is ever held in memory as a whole. */
export interface Pieces {
  /** Its beginning is left out. */
  readonly isTruncated: boolean;
  readonly pieces: AsyncIterable<Piece>;
}

/** Opens a file, takes its lines, and closes it. @throws what the file system says, Error for what is no file */
export async function withLines<T>(path: string, part: Part, take: (lines: Pieces) => Promise<T>): Promise<T> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK); // nobody waits for the writer of a pipe
  try {
    const info = await file.stat();
    if (!info.isFile()) throw new Error("it is not a file");
    const from = Math.max(0, info.size - part.most);
    return await take({ isTruncated: from > 0, pieces: piecesOf(file, from, info.size, part.longest) });
  } finally {
    await file.close();
  }
}

async function* piecesOf(file: FileHandle, from: number, to: number, longest: number): AsyncGenerator<Piece> {
  const lines = new LineCutter(longest, from > 0);
  const bytes = Buffer.alloc(PIECE);
  for (let at = from; at < to; ) {
    const { bytesRead } = await file.read(bytes, 0, Math.min(PIECE, to - at), at);
    if (bytesRead === 0) break; // it has become shorter
    at += bytesRead;
    yield lines.cut(bytes.subarray(0, bytesRead));
  }
  yield lines.end();
}

/** Cuts bytes into lines, and keeps the beginning of one until its end has come. */
class LineCutter {
  #held: Buffer[] = [];
  #length = 0;

  /** @param isWithin the bytes begin in the middle of a line: that one is passed over without a word */
  constructor(
    readonly longest: number,
    public isWithin: boolean,
  ) {}

  cut(bytes: Buffer): Piece {
    const lines: (string | undefined)[] = [];
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      this.#hold(bytes.subarray(from, end));
      lines.push(...this.end());
      from = end + 1;
    }
    this.#hold(bytes.subarray(from));
    return lines;
  }

  /** The line that is held; none when it is blank. */
  end(): Piece {
    const line = this.#length > this.longest ? undefined : Buffer.concat(this.#held).toString("utf8").trim();
    const isWhole = !this.isWithin;
    this.#held = [];
    this.#length = 0;
    this.isWithin = false;
    return isWhole && line !== "" ? [line] : [];
  }

  #hold(bytes: Buffer): void {
    this.#length += bytes.length;
    if (this.#length <= this.longest && bytes.length > 0) this.#held.push(Buffer.from(bytes)); // the buffer is used again
  }
}
