import { type BareStill, joined, MOST_PARTS } from "./bare";
import { Cursor } from "./cursor";
import { orientationOf } from "./orientation";
import { noPicture } from "./refusals";

/** Codes of markers. */
const START = 0xd8;
const END = 0xd9;
const SCAN = 0xda;
const JFIF = 0xe0;
const EXIF = 0xe1;
const ADOBE = 0xee;
const COMMENT = 0xfe;

/** A file can hold thousands of scans of the whole picture, each a few bytes long, to keep a decoder busy for hours. */
const MOST_SCANS = 32;

/** Takes a JPEG apart, segment by segment, up to its end. What a camera puts behind it (a second picture, a film) goes too. */
export function bareJpeg(file: Uint8Array<ArrayBuffer>): BareStill {
  const from = new Cursor(file, 2);
  const kept = [file.subarray(0, 2)];
  let orientation: number | undefined;
  let scans = 0;
  for (let part = 0; part < MOST_PARTS; part++) {
    const marker = nextMarker(from);
    const start = from.at - 2;
    if (marker === END) {
      kept.push(file.subarray(start, from.at));
      return { kind: "still", bytes: joined(kept), orientation: orientation ?? 1 };
    }
    if (isAlone(marker)) continue;
    const data = from.take(Math.max(from.number(2, "big") - 2, 0));
    if (marker === EXIF && begins(data, "Exif\0\0")) orientation ??= orientationOf(data);
    if (marker === SCAN && ++scans > MOST_SCANS) throw noPicture();
    if (marker === SCAN) from.at = endOfScan(file, from.at);
    if (isNeeded(marker, data)) kept.push(file.subarray(start, from.at));
  }
  throw noPicture();
}

/** Goes behind the next marker, and answers its code; what stands before it is nothing. */
function nextMarker(from: Cursor): number {
  const { file } = from;
  let at = nextFF(file, from.at);
  while (file[at] === 0xff) at++;
  from.at = at;
  const marker = from.number(1, "big");
  if (marker === START) throw noPicture();
  return marker;
}

/** A marker without anything behind it. */
const isAlone = (marker: number) => marker <= 1 || (marker >= 0xd0 && marker <= 0xd7);

/** Cameras, programs and people write in the APP segments and in comments. Two say how colours are to be read. */
function isNeeded(marker: number, data: Uint8Array<ArrayBuffer>): boolean {
  if (marker === JFIF) return begins(data, "JFIF\0");
  if (marker === ADOBE) return begins(data, "Adobe");
  return marker !== COMMENT && (marker < 0xe0 || marker > 0xef);
}

const begins = (data: Uint8Array, text: string) =>
  Buffer.from(data.subarray(0, text.length)).toString("latin1") === text;

/** Where the pixels of a scan end: at the next marker that is not one of theirs. */
function endOfScan(file: Uint8Array, from: number): number {
  for (let at = nextFF(file, from); at < file.length - 1; at = nextFF(file, at + 1)) {
    const next = file[at + 1]!;
    if (next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7)) return at;
  }
  throw noPicture();
}

/** Bytes that are looked at one by one, before the rest is searched: a search costs as much as these. */
const NEAR = 32;

/** Where the next byte 0xff is; the end of the file where none is. */
function nextFF(file: Uint8Array, from: number): number {
  const near = Math.min(from + NEAR, file.length);
  for (let at = from; at < near; at++) if (file[at] === 0xff) return at;
  const far = file.indexOf(0xff, near);
  return far === -1 ? file.length : far;
}
