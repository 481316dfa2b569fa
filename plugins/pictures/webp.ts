import { type Bare, type Frame, joined, little, MOST_FRAMES, MOST_PARTS } from "./bare";
import { Cursor } from "./cursor";
import { orientationOf } from "./orientation";
import { noPicture } from "./refusals";

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array<ArrayBuffer>;
}

/** Flags of the chunk VP8X. */
const MOVING = 0x02;
const ALPHA = 0x10;
/** Bytes of a frame before its pixels. */
const FRAME_HEAD = 16;

/** Takes a WebP apart, chunk by chunk, up to the end that it names. */
export function bareWebp(file: Uint8Array<ArrayBuffer>): Bare {
  const length = new Cursor(file, 4).number(4, "little");
  const chunks = chunksOf(new Cursor(file, 8).take(length).subarray(4));
  const head = chunks.find(({ type }) => type === "VP8X");
  if (head && head.data[0]! & MOVING) return moving(head, chunks);
  const exif = chunks.find(({ type }) => type === "EXIF");
  return { kind: "still", bytes: still(chunks, head?.data), orientation: exif ? orientationOf(exif.data) : 1 };
}

function chunksOf(data: Uint8Array<ArrayBuffer>): Chunk[] {
  const from = new Cursor(data);
  const chunks: Chunk[] = [];
  while (from.left > 1) {
    if (chunks.length >= MOST_PARTS) throw noPicture();
    const type = from.text(4);
    const length = from.number(4, "little");
    chunks.push({ type, data: from.take(length) });
    from.at += length % 2;
  }
  return chunks;
}

/** A file of one picture: its pixels, and how much one sees through them. @param head of which its size is taken */
function still(chunks: readonly Chunk[], head: Uint8Array | undefined): Uint8Array<ArrayBuffer> {
  const alpha = chunks.find(({ type }) => type === "ALPH");
  const pixels = chunks.find(({ type }) => type === "VP8 " || type === "VP8L");
  if (!pixels) throw noPicture();
  if (!alpha || !head || pixels.type === "VP8L") return riff([pixels]);
  return riff([headOf(ALPHA, head), alpha, pixels]);
}

/** @param old of which the size of the canvas is taken */
const headOf = (flags: number, old: Uint8Array): Chunk => ({
  type: "VP8X",
  data: joined([little(flags, 4), old.subarray(4, 10)]),
});

function moving(head: Chunk, chunks: readonly Chunk[]): Bare {
  const film = chunks.find(({ type }) => type === "ANIM");
  const shots = chunks.filter(({ type }) => type === "ANMF");
  if (!film || shots.length === 0 || shots.length > MOST_FRAMES) throw noPicture();
  const frames = shots.map(({ data }) => bareFrame(data));
  const from = new Cursor(head.data, 4);
  const width = from.number(3, "little") + 1;
  const height = from.number(3, "little") + 1;
  const kept = [
    headOf(MOVING | (head.data[0]! & ALPHA), head.data),
    { type: "ANIM", data: new Cursor(film.data).take(6) },
    ...frames.map(({ chunk }) => chunk),
  ];
  return { kind: "moving", bytes: riff(kept), width, height, frames };
}

/** A frame without what is none of its pixels, and as a file of its own. */
function bareFrame(data: Uint8Array<ArrayBuffer>): Frame & { readonly chunk: Chunk } {
  const from = new Cursor(data);
  const head = from.take(FRAME_HEAD);
  const size = head.subarray(6, 12);
  const file = still(chunksOf(data.subarray(FRAME_HEAD)), joined([new Uint8Array(4), size]));
  const kept = chunksOf(file.subarray(12)).filter(({ type }) => type !== "VP8X");
  from.at = 6;
  return {
    width: from.number(3, "little") + 1,
    height: from.number(3, "little") + 1,
    bytes: file,
    chunk: { type: "ANMF", data: joined([head, ...kept.flatMap(bytesOf)]) },
  };
}

const latin = (text: string) => Buffer.from(text, "latin1");

function riff(chunks: readonly Chunk[]): Uint8Array<ArrayBuffer> {
  const body = joined([latin("WEBP"), ...chunks.flatMap(bytesOf)]);
  return joined([latin("RIFF"), little(body.length, 4), body]);
}

const bytesOf = ({ type, data }: Chunk): Uint8Array[] => [
  latin(type),
  little(data.length, 4),
  data,
  new Uint8Array(data.length % 2),
];
