import { noPicture } from "./refusals";

/** Reads a file from a place on. What goes beyond its end is a file that was cut off. */
export class Cursor {
  constructor(
    readonly file: Uint8Array<ArrayBuffer>,
    public at = 0,
  ) {}

  get left(): number {
    return this.file.length - this.at;
  }

  /** The next bytes, as a view of the file. @throws HttpError 400 when there are not so many */
  take(count: number): Uint8Array<ArrayBuffer> {
    if (count > this.left) throw noPicture();
    this.at += count;
    return this.file.subarray(this.at - count, this.at);
  }

  /** The next bytes as characters of Latin 1. */
  text(count: number): string {
    return String.fromCharCode(...this.take(count));
  }

  /** The next one to four bytes as a number. */
  number(count: number, order: "big" | "little"): number {
    const bytes = this.take(count);
    let sum = 0;
    for (let index = 0; index < count; index++) sum = sum * 256 + bytes[order === "big" ? index : count - 1 - index]!;
    return sum;
  }
}
