import type { FileHandle } from "node:fs/promises";

/** A line of a file, without its end. */
export interface Line {
  readonly bytes: Uint8Array;
  /** Bytes from the file's beginning. */
  readonly offset: number;
  readonly length: number;
  /** Whether its end is there; only the last line may lack it. */
  readonly ended: boolean;
  /** It is longer than what is read of a line; its bytes are not all here. */
  readonly cut: boolean;
}

const BLOCK = 256 * 1024;
/** Bytes of a line at the most: far more than any letter. */
const LONGEST = 4 * 1024 * 1024;
const END = 10;

/** Reads a file's lines from an offset up to a size, block by block, so that a long file holds nobody up. */
export async function* linesFrom(file: FileHandle, offset: number, size: number): AsyncGenerator<Line[]> {
  let rest: Buffer = Buffer.alloc(0);
  let start = offset; // of `rest` in the file
  let passedOver = 0; // bytes of a line that is too long
  for (let at = offset; at < size; ) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(Math.min(BLOCK, size - at)), 0, null, at);
    if (bytesRead === 0) break;
    at += bytesRead;
    const block = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
    const lines: Line[] = [];
    let from = 0;
    for (let end = block.indexOf(END); end >= 0; end = block.indexOf(END, from)) {
      lines.push(lineAt(block.subarray(from, end), start + from, passedOver, true));
      passedOver = 0;
      from = end + 1;
    }
    rest = block.subarray(from);
    start += from;
    if (rest.length > LONGEST) {
      passedOver += rest.length;
      start += rest.length;
      rest = Buffer.alloc(0);
    }
    yield lines;
  }
  if (rest.length + passedOver > 0) yield [lineAt(rest, start, passedOver, false)];
}

const lineAt = (bytes: Uint8Array, at: number, passedOver: number, ended: boolean): Line => ({
  bytes,
  offset: at - passedOver,
  length: bytes.length + passedOver,
  ended,
  cut: passedOver > 0,
});
