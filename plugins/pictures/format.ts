// biome-ignore-all lint/suspicious/noControlCharactersInRegex: files begin with such
import { noPicture, otherFormat } from "./refusals";

export type Format = "jpeg" | "png" | "gif" | "webp";

/** How the files of the formats begin that are taken; a dot is any byte. */
const taken: readonly (readonly [Format, RegExp])[] = [
  ["jpeg", /^\xff\xd8\xff/],
  ["png", /^\x89PNG\r\n\x1a\n/],
  ["gif", /^GIF8[79]a/],
  ["webp", /^RIFF....WEBP/s],
];

/** And of those that are known well enough to be named. */
const others: readonly (readonly [string, RegExp])[] = [
  ["BMP", /^BM.{4}\0{4}/s],
  ["TIFF", /^(II[*+]\0|MM\0[*+])/],
  ["AVIF", /^.{4}ftypavi[fs]/s],
  ["HEIC", /^.{4}ftyp(he[iv][cmsx]|mif1|msf1)/s],
  ["JXL", /^(\xff\x0a|\0\0\0\x0cJXL )/],
  ["JPEG2000", /^(\xff\x4f\xff\x51|\0\0\0\x0cjP {2})/],
  ["ICO", /^\0\0\x01\0/],
  ["PSD", /^8BPS/],
  ["SVG", /^(?:\xef\xbb\xbf)?\s*<(?:svg[\s>]|[?!].*<svg[\s>])/is],
];

/** Bytes that are looked at. */
const BEGINNING = 1024;

/** What a file is by its first bytes, whatever it is called. @throws HttpError 400 when it is of another format, or of none that is known */
export function formatOf(file: Uint8Array): Format {
  const beginning = Buffer.from(file.subarray(0, BEGINNING)).toString("latin1");
  const format = taken.find(([, begins]) => begins.test(beginning))?.[0];
  if (format) return format;
  const other = others.find(([, begins]) => begins.test(beginning))?.[0];
  throw other ? otherFormat(other) : noPicture();
}
