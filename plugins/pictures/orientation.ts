import { Cursor } from "./cursor";

const ORIENTATION = 0x0112;
const UPRIGHT = 1;
const ENTRY = 12;

/** How a picture is to be turned, 1 to 8, by its EXIF data; 1 when they do not say, or cannot be read. */
export function orientationOf(exif: Uint8Array<ArrayBuffer>): number {
  try {
    const value = read(exif);
    return value >= 1 && value <= 8 ? value : UPRIGHT;
  } catch {
    return UPRIGHT;
  }
}

function read(exif: Uint8Array<ArrayBuffer>): number {
  const tiff = new Cursor(new Cursor(exif).text(6) === "Exif\0\0" ? exif.subarray(6) : exif);
  const order = tiff.text(2) === "MM" ? "big" : "little";
  tiff.at = 4;
  tiff.at = tiff.number(4, order);
  const count = tiff.number(2, order);
  const first = tiff.at;
  for (let index = 0; index < count; index++) {
    tiff.at = first + index * ENTRY;
    if (tiff.number(2, order) !== ORIENTATION) continue;
    tiff.at += 6; // its type and how many there are: always one short number
    return tiff.number(2, order);
  }
  return UPRIGHT;
}

/** Turns a picture upright. */
export function turned(image: Bun.Image, orientation: number): Bun.Image {
  if (orientation >= 5) image.rotate(orientation === 8 ? 270 : 90);
  if (orientation === 3) image.rotate(180);
  if (orientation === 2 || orientation === 5) image.flop();
  if (orientation === 4 || orientation === 7) image.flip();
  return image;
}
