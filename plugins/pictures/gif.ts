import { type BareMoving, type Frame, joined, little, MOST_FRAMES, MOST_PARTS, type Size } from "./bare";
import { Cursor } from "./cursor";
import { noPicture } from "./refusals";

/** What a block begins with. */
const EXTENSION = 0x21;
const IMAGE = 0x2c;
const END = 0x3b;
/** What an extension is. */
const CONTROL = 0xf9;
const APPLICATION = 0xff;

/** Bytes of the head, and of where a frame stands. */
const HEAD = 13;
const PLACE = 9;
/** That a table of colours follows, of 2 ^ (the last three bits + 1) colours. */
const TABLE = 0x80;

/** Takes a GIF apart, block by block, up to its end: its frames, how long each stays, and how often it begins anew are left. */
export function bareGif(file: Uint8Array<ArrayBuffer>): BareMoving {
  const from = new Cursor(file);
  const head = joined([latin("GIF89a"), from.take(HEAD).subarray(6)]);
  const colours = colourTable(from, head[10]!);
  const reader = new BlockReader(from, head, colours);
  reader.read();
  const { frames, rounds } = reader;
  if (frames.length === 0) throw noPicture();
  const blocks = frames.flatMap(({ control, block }) => [control, block]);
  const bytes = joined([head, colours, loopOf(rounds), ...blocks, Uint8Array.of(END)]);
  return { kind: "moving", bytes, ...sizeAt(head, 6), frames };
}

interface GifFrame extends Frame {
  /** How long it stays, and which of its colours one sees through. */
  readonly control: Uint8Array;
  readonly block: Uint8Array;
}

class BlockReader {
  readonly frames: GifFrame[] = [];
  /** How often it begins anew, where it says so. */
  rounds: number | undefined;
  #control: Uint8Array = NOTHING;

  constructor(
    readonly from: Cursor,
    readonly head: Uint8Array,
    readonly colours: Uint8Array,
  ) {}

  /** To the end of the file; that it is there is not said in each. */
  read(): void {
    for (let part = 0; part < MOST_PARTS; part++) {
      const kind = this.from.left === 0 ? END : this.from.number(1, "big");
      if (kind === END) return;
      if (kind === IMAGE) this.#image();
      else if (kind === EXTENSION) this.#extension();
      else break;
    }
    throw noPicture();
  }

  #image(): void {
    if (this.frames.length >= MOST_FRAMES) throw noPicture();
    const { from } = this;
    const start = from.at - 1;
    const place = from.take(PLACE);
    colourTable(from, place[8]!);
    from.take(1); // how many bits a code has
    passBlocks(from);
    this.frames.push(this.#frame(from.file.subarray(start, from.at)));
    this.#control = NOTHING;
  }

  /** A frame, with a file of its own in which it stands alone. */
  #frame(block: Uint8Array<ArrayBuffer>): GifFrame {
    const size = block.subarray(5, 9);
    const alone = [
      this.head.subarray(0, 6),
      size,
      this.head.subarray(10),
      this.colours,
      Uint8Array.of(IMAGE, 0, 0, 0, 0),
    ];
    return {
      ...sizeAt(block, 5),
      control: this.#control,
      block,
      bytes: joined([...alone, block.subarray(5), Uint8Array.of(END)]),
    };
  }

  #extension(): void {
    const { from } = this;
    const kind = from.number(1, "big");
    const data = from.file.subarray(from.at);
    passBlocks(from);
    if (kind === CONTROL && data[0] === 4)
      this.#control = joined([Uint8Array.of(EXTENSION, CONTROL), data.subarray(0, 5), Uint8Array.of(0)]);
    if (kind === APPLICATION) this.rounds ??= roundsOf(data);
  }
}

const NOTHING = new Uint8Array();
const latin = (text: string) => Buffer.from(text, "latin1");
const NETSCAPE = latin("\x0bNETSCAPE2.0\x03\x01");

/** The table of colours that comes when the flags say so. */
const colourTable = (from: Cursor, flags: number): Uint8Array<ArrayBuffer> =>
  from.take(flags & TABLE ? 3 * 2 ** ((flags & 7) + 1) : 0);

function passBlocks(from: Cursor): void {
  const { file } = from;
  let { at } = from;
  while (at < file.length && file[at] !== 0) at += file[at]! + 1;
  from.at = at;
  from.take(1); // the block of no bytes, which ends them
}

function roundsOf(data: Uint8Array): number | undefined {
  const told = Buffer.from(data.subarray(0, NETSCAPE.length + 2));
  return told.length === NETSCAPE.length + 2 && told.indexOf(NETSCAPE) === 0
    ? told.readUInt16LE(NETSCAPE.length)
    : undefined;
}

const loopOf = (rounds: number | undefined): Uint8Array =>
  rounds === undefined ? NOTHING : joined([Uint8Array.of(EXTENSION, APPLICATION), NETSCAPE, little(rounds, 3)]);

function sizeAt(bytes: Uint8Array<ArrayBuffer>, at: number): Size {
  const from = new Cursor(bytes, at);
  return { width: from.number(2, "little"), height: from.number(2, "little") };
}
