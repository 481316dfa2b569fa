import { type BareStill, joined, MOST_PARTS } from "./bare";
import { Cursor } from "./cursor";
import { orientationOf } from "./orientation";
import { noPicture } from "./refusals";

const SIGNATURE = 8;
const needed = new Set(["IHDR", "PLTE", "tRNS", "IDAT", "IEND"]);

/** Takes a PNG apart, chunk by chunk, up to its end. Of an animated one its first picture is left. */
export function barePng(file: Uint8Array<ArrayBuffer>): BareStill {
  const from = new Cursor(file, SIGNATURE);
  const kept = [file.subarray(0, SIGNATURE)];
  let orientation = 1;
  for (let part = 0; part < MOST_PARTS; part++) {
    const start = from.at;
    const length = from.number(4, "big");
    const type = from.text(4);
    const data = from.take(length);
    from.take(4); // its checksum, which the decoder looks at
    if (type === "eXIf") orientation = orientationOf(data);
    if (needed.has(type)) kept.push(file.subarray(start, from.at));
    if (type === "IEND") return { kind: "still", bytes: joined(kept), orientation };
  }
  throw noPicture();
}
