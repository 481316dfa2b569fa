import { Turns } from "hearth";
import type { Bare, BareMoving, BareStill } from "./bare";
import type { Picture, Pictures } from "./contract";
import { checkFrame, decoded } from "./decoder";
import { type Format, formatOf } from "./format";
import { bareGif } from "./gif";
import { bareJpeg } from "./jpeg";
import { turned } from "./orientation";
import { barePng } from "./png";
import { noPicture, tooLarge, tooMany } from "./refusals";
import type { Settings } from "./settings";
import { bareWebp } from "./webp";

/** Takes a file apart: what is no pixel goes before any decoder sees it. */
const takeApart: Record<Format, (file: Uint8Array<ArrayBuffer>) => Bare> = {
  jpeg: bareJpeg,
  png: barePng,
  gif: bareGif,
  webp: bareWebp,
};

const kinds = {
  jpeg: { mime: "image/jpeg", extension: ".jpg" },
  png: { mime: "image/png", extension: ".png" },
  gif: { mime: "image/gif", extension: ".gif" },
  webp: { mime: "image/webp", extension: ".webp" },
} as const satisfies Record<Format, Pick<Picture, "mime" | "extension">>;

type Write = (image: Bun.Image) => Bun.Image;
const qualities = [95, 85, 75, 60];

/** How a format is written: as well as it can be, then worse and smaller. */
const writers: Record<Format, readonly Write[]> = {
  gif: [], // Bun writes none: a GIF is kept as one that moves, were it of one frame
  jpeg: qualities.map(quality => image => image.jpeg({ quality })),
  webp: qualities.map(quality => image => image.webp({ quality })),
  png: [
    image => image.png(),
    image => image.png({ compressionLevel: 9 }),
    image => image.png({ palette: true, colors: 256 }),
  ],
};

/** Makes a picture smaller whose longer side has more pixels. */
const fitted: (image: Bun.Image, longest: number | undefined) => Bun.Image = (image, longest) =>
  longest === undefined ? image : image.resize(longest, longest, { fit: "inside", withoutEnlargement: true });

type Made = Pick<Picture, "bytes" | "width" | "height">;

/** Makes of what people send in what is safe to keep. */
export class PictureCleaner implements Pictures {
  readonly #settings: Settings;
  readonly #turns: Turns;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#turns = new Turns(settings.concurrent, settings.waiting, tooMany);
  }

  get maxBytes(): number {
    return this.#settings.maxBytes;
  }

  async clean(upload: Uint8Array<ArrayBuffer>, longest?: number): Promise<Picture> {
    if (upload.byteLength > this.maxBytes) throw tooLarge(upload.byteLength, this.maxBytes);
    const format = formatOf(upload);
    const made = await this.#turns.take(() => this.#make(format, upload, longest));
    return { ...made, ...kinds[format] };
  }

  async #make(format: Format, upload: Uint8Array<ArrayBuffer>, longest: number | undefined): Promise<Made> {
    const bare = takeApart[format](upload);
    if (bare.kind === "still") return this.#rewritten(bare, writers[format], longest);
    await this.#check(bare);
    const { bytes, width, height } = bare;
    return { bytes, width, height };
  }

  /** Decodes a picture, turns it upright, makes it as small as it is wanted and writes it anew, worse when it gets too large. */
  async #rewritten(
    { bytes, orientation }: BareStill,
    ways: readonly Write[],
    longest: number | undefined,
  ): Promise<Made> {
    const { maxBytes, maxPixels } = this.#settings;
    let size = 0;
    for (const write of ways) {
      const made = await decoded(bytes, maxPixels, image => write(fitted(turned(image, orientation), longest)));
      if (made.bytes.length <= maxBytes) return made;
      size = made.bytes.length;
    }
    throw tooLarge(size, maxBytes);
  }

  /** Bun writes no moving pictures: what is left of one is kept, if each of its frames can be decoded. */
  async #check({ bytes, width, height, frames }: BareMoving): Promise<void> {
    const { maxBytes, maxPixels, maxFramePixels } = this.#settings;
    const areas = [{ width, height }, ...frames].map(one => one.width * one.height);
    const largest = Math.max(...areas);
    if (areas.includes(0) || largest > maxPixels || largest * frames.length > maxFramePixels) throw noPicture();
    if (bytes.length > maxBytes) throw tooLarge(bytes.length, maxBytes);
    for (const frame of frames) await checkFrame(frame);
  }
}
