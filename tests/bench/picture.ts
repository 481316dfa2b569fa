import { PictureCleaner } from "../../plugins/pictures/cleaner";
import { settings } from "../../plugins/pictures/settings";
import { dice } from "../fixtures/dice";
import { exif, jpegSegment, noise, png, together, withSegments } from "../fixtures/pictures";
import { median } from "./daemon";

const ROUNDS = 7;

export interface PictureFigures {
  readonly bytes: number;
  /** Milliseconds to clean the photo, as it is held. */
  readonly ms: number;
  /** And when it has to be turned. */
  readonly turnedMs: number;
  /** Milliseconds that Bun needs to decode and write it, and nothing else. */
  readonly bareMs: number;
  /** The longest that anything else had to wait meanwhile, in milliseconds. */
  readonly stallMs: number;
}

/** A photo of 12 megapixels, with the EXIF data of a camera. */
async function photo(orientation: number): Promise<Uint8Array<ArrayBuffer>> {
  const small = png(800, 600, noise(dice(5).next));
  const large = await new Bun.Image(small).resize(4000, 3000).jpeg({ quality: 88 }).bytes();
  return withSegments(new Uint8Array(large), jpegSegment(0xe1, together("Exif\0\0", exif(orientation))));
}

/** What cleaning a photo costs, and those who wait for the same thread. */
export async function pictureCost(): Promise<PictureFigures> {
  const cleaner = new PictureCleaner(settings.parse({}));
  const [upright, lying] = [await photo(1), await photo(6)];
  const longest = watchLoop();
  const ms = await timed(() => cleaner.clean(upright));
  const turnedMs = await timed(() => cleaner.clean(lying));
  const stallMs = longest();
  const bareMs = await timed(() => new Bun.Image(upright).jpeg({ quality: 95 }).bytes());
  return { bytes: upright.length, ms, turnedMs, bareMs, stallMs };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const from = performance.now();
    await work();
    times.push(performance.now() - from);
  }
  return median(times);
}

/** Looks at the clock each millisecond. Answers how to end that, and to learn how much too late it was at the worst. */
function watchLoop(): () => number {
  let worst = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    worst = Math.max(worst, now - last - 1);
    last = now;
  }, 1);
  return () => {
    clearInterval(timer);
    return worst;
  };
}
