import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { deflateSync } from "node:zlib";
import { configured, expectClean, type TestKernel, testKernel } from "hearth/testing";
import { type Picture, Pictures } from "hearth-plugins/pictures";
import pictures from "../../plugins/pictures/plugin";
import { full } from "../fixtures/full-pictures";
import { INVALID, refusal, withSettings } from "../fixtures/picture-cleaner";
import {
  cornersOf,
  exif,
  gif,
  gifApplication,
  gifComment,
  gifFrame,
  gifHead,
  holds,
  jpeg,
  jpegSegment,
  jpegSegments,
  movingWebp,
  nearest,
  PNG,
  png,
  pngChunk,
  pngChunks,
  pngHead,
  riff,
  riffChunk,
  riffChunks,
  SECRET,
  together,
  webp,
  withSegments,
} from "../fixtures/pictures";

type Bytes = Uint8Array<ArrayBuffer>;

let app: TestKernel;
beforeAll(async () => {
  app = await testKernel([pictures]);
});
afterAll(() => app[Symbol.asyncDispose]());

const clean = (file: Bytes): Promise<Picture> => app.service(Pictures).clean(file);

const seen = async ({ bytes }: Picture) => (await cornersOf(bytes as Bytes)).map(nearest);

/** How the stored corners 0 1 / 2 3 are to be seen, for each orientation of EXIF. */
const upright: Record<number, readonly number[]> = {
  1: [0, 1, 2, 3],
  2: [1, 0, 3, 2],
  3: [3, 2, 1, 0],
  4: [2, 3, 0, 1],
  5: [0, 2, 1, 3],
  6: [2, 0, 3, 1],
  7: [3, 1, 2, 0],
  8: [1, 3, 0, 2],
};

/** A PNG of 8 × 8 that one sees through. */
function clearPng(): Bytes {
  const pixels = deflateSync(together(...Array.from({ length: 8 }, () => [0, ...Array(8).fill([9, 9, 9, 0]).flat()])));
  return together(PNG, pngHead(8, 8, 8, 6), pngChunk("IDAT", pixels), pngChunk("IEND", []));
}

const seeThrough = async (): Promise<Bytes> =>
  new Uint8Array(await new Bun.Image(clearPng()).webp({ quality: 80 }).bytes());

describe("of a picture only its pixels are kept:", () => {
  test("W-18: a JPEG has no EXIF, no place, no profile, no comment afterwards", async () => {
    const file = await full.jpeg(1);
    expect(holds(file, SECRET)).toBe(true);
    const picture = await clean(file);
    expect(picture).toMatchObject({ mime: "image/jpeg", extension: ".jpg", width: 48, height: 32 });
    expect([...new Set(jpegSegments(picture.bytes))]).toEqual([0xe0, 0xdb, 0xc0, 0xc4, 0xda]);
    expect(holds(picture.bytes, "Exif") || holds(picture.bytes, "ICC_") || holds(picture.bytes, SECRET)).toBe(false);
  });

  test("W-18: a PNG has no profile, no EXIF, no text afterwards", async () => {
    const picture = await clean(await full.png(1));
    expect(picture).toMatchObject({ mime: "image/png", extension: ".png", width: 48, height: 32 });
    expect([...new Set(pngChunks(picture.bytes))]).toEqual(["IHDR", "IDAT", "IEND"]);
    expect(await seen(picture)).toEqual([0, 1, 2, 3]);
  });

  test("W-18: a WebP has no profile, no EXIF, no XMP afterwards", async () => {
    const picture = await clean(await full.webp(1));
    expect(picture).toMatchObject({ mime: "image/webp", extension: ".webp", width: 48, height: 32 });
    expect(riffChunks(picture.bytes).map(({ type }) => type)).toEqual(["VP8 "]);
    expect(holds(picture.bytes, SECRET)).toBe(false);
  });

  test("W-18: one sees through a PNG and a WebP where one did before", async () => {
    const clear = clearPng();
    const alpha = await seeThrough();
    expect((await clean(clear)).bytes[25]).toBe(6);
    expect(riffChunks((await clean(alpha)).bytes).map(({ type }) => type)).toEqual(["VP8X", "ALPH", "VP8 "]);
  });

  for (const [format, make] of Object.entries(full))
    test(`W-18: a ${format} is turned upright before it forgets how it was held`, async () => {
      for (const [orientation, corners] of Object.entries(upright)) {
        const picture = await clean(await make(Number(orientation)));
        expect({ orientation, corners: await seen(picture) }).toEqual({ orientation, corners: [...corners] });
        expect([picture.width, picture.height]).toEqual(Number(orientation) < 5 ? [48, 32] : [32, 48]);
      }
    });

  test("W-18: EXIF that cannot be read turns nothing", async () => {
    const broken = [exif(0), exif(9), exif(6).subarray(0, 20), together("MM"), together("II*\0", [255, 255, 255, 255])];
    for (const data of broken) {
      const file = withSegments(await jpeg(48, 32), jpegSegment(0xe1, together("Exif\0\0", data)));
      expect(await seen(await clean(file))).toEqual([0, 1, 2, 3]);
    }
  });
});

describe("what moves goes on moving:", () => {
  /** What the frames of an animated WebP are made of. */
  const framesOf = ({ bytes }: Picture) =>
    riffChunks(bytes)
      .filter(({ type }) => type === "ANMF")
      .map(({ data }) => riffChunks(together(new Uint8Array(12), data.subarray(16))));
  const frames = [0, 1, 2].map(colour => gifFrame(4, 3, colour, 10 * (colour + 1)));
  const rounds = gifApplication("NETSCAPE2.0", together([1, 7, 0]));

  test("W-18: a GIF keeps its frames, their times and its rounds, and no comment", async () => {
    const file = gif(
      4,
      3,
      gifComment(SECRET),
      gifApplication("XMP DataXMP", SECRET),
      rounds,
      gifApplication("NETSCAPE2.0", together([2], SECRET)),
      ...frames,
      together([0x21, 0x01, 12], new Uint8Array(12), [SECRET.length], SECRET, [0]),
    );
    expect(await clean(file)).toEqual({
      bytes: gif(4, 3, rounds, ...frames),
      mime: "image/gif",
      extension: ".gif",
      width: 4,
      height: 3,
    });
  });

  test("W-18: a GIF of one frame is a picture too, with its own table of colours and of the old kind", async () => {
    const own = gifFrame(4, 3, 1);
    own[17] = 0x81; // the flags of its place: a table of its own follows
    const file = together(
      "GIF87a",
      gifHead(4, 3).subarray(6),
      own.subarray(0, 18),
      gifHead(4, 3).subarray(13),
      own.subarray(18),
      [0x3b],
    );
    const picture = await clean(file);
    expect(picture.bytes).toEqual(together("GIF89a", file.subarray(6)));
    expect(await seen(picture)).toEqual([1, 1, 1, 1]);
  });

  test("W-18: a GIF without the byte that ends it is whole", async () => {
    expect((await clean(together(gifHead(4, 3), ...frames))).bytes).toEqual(gif(4, 3, ...frames));
  });

  test("W-18: an animated WebP keeps its frames, and nothing around and between them", async () => {
    const stills = await Promise.all([0, 1].map(at => webp(16, 8, (x, y) => [at * 99, x, y])));
    const file = movingWebp(16, 8, stills, riffChunk("EXIF", exif(6)), riffChunk("XMP ", together(SECRET)));
    const picture = await clean(file);
    expect(picture).toMatchObject({ mime: "image/webp", width: 16, height: 8 });
    expect(riffChunks(picture.bytes).map(({ type }) => type)).toEqual(["VP8X", "ANIM", "ANMF", "ANMF"]);
    expect(holds(picture.bytes, SECRET)).toBe(false);
    expect(picture.bytes[20]).toBe(0x12); // it moves and may be seen through, and has no profile, no EXIF, no XMP
    expect(framesOf(picture)).toEqual(stills.map(riffChunks));
  });

  test("W-18: one sees through the frames of an animated WebP where one did before", async () => {
    const still = await seeThrough();
    const picture = await clean(movingWebp(8, 8, [still, still]));
    const pixels = riffChunks(still).filter(({ type }) => type !== "VP8X");
    expect(pixels.map(({ type }) => type)).toEqual(["ALPH", "VP8 "]);
    expect(framesOf(picture)).toEqual([pixels, pixels]);
  });

  test("W-18: one frame that cannot be decoded spoils all", async () => {
    const broken = gifFrame(4, 3, 2);
    broken.fill(0xff, 20, 24);
    expect(await refusal(clean(gif(4, 3, frames[0]!, broken)))).toBe(INVALID);
    const still = await webp(16, 8);
    const bad = riff(riffChunk("VP8L", together([0x2f, 15, 0xc0, 1, 0], new Uint8Array(20).fill(0xff))));
    expect(await refusal(clean(movingWebp(16, 8, [still, bad])))).toBe(INVALID);
  });

  test("W-18: a frame that is larger than it says spoils all", async () => {
    expect(await refusal(clean(movingWebp(16, 8, [await webp(64, 64)])))).toBe(INVALID);
  });
});

describe("what stands behind a picture does not stay:", () => {
  const behind: Record<string, Bytes> = {
    html: together(`<html><script>${SECRET}</script>`),
    zip: together("PK\x03\x04", new Uint8Array(26), SECRET, "PK\x05\x06", new Uint8Array(18)),
  };
  const files: Record<string, () => Promise<Bytes>> = {
    jpeg: () => jpeg(16, 8),
    png: async () => png(16, 8),
    webp: () => webp(16, 8),
    gif: async () => gif(16, 8, gifFrame(16, 8, 1)),
    "animated webp": async () => movingWebp(16, 8, [await webp(16, 8)]),
  };
  for (const [format, make] of Object.entries(files))
    for (const [what, more] of Object.entries(behind))
      test(`W-03: ${what} behind a ${format}`, async () => {
        const { bytes } = await clean(together(await make(), more));
        expect(holds(bytes, SECRET)).toBe(false);
        expect(bytes).toEqual((await clean(await make())).bytes);
      });
});

describe("some at a time:", () => {
  const one = (clean: Pictures["clean"]) => clean(png(400, 400));

  test("one too many is told when to come again, and the others have their turn", async () => {
    await withSettings({ concurrent: 1, waiting: 2 }, async clean => {
      for (let day = 0; day < 2; day++) {
        const first = [one(clean), one(clean), one(clean)];
        const late = await one(clean).then(
          () => undefined,
          error => error,
        );
        expect(late).toMatchObject({ status: 503, headers: { "retry-after": "1" } });
        expect((await Promise.all(first)).map(({ width }) => width)).toEqual([400, 400, 400]);
      }
    });
  });

  test("what is no picture needs no turn, and one that is refused gives its turn back", async () => {
    await withSettings({ concurrent: 1, waiting: 0 }, async clean => {
      const first = one(clean);
      expect(await refusal(clean(new Uint8Array()))).toBe(INVALID);
      await first;
      expect(await refusal(clean(PNG))).toBe(INVALID);
      expect((await one(clean)).width).toBe(400);
    });
  });

  test("W-49: others go on while a picture is cleaned", async () => {
    const file = png(1500, 1500);
    let turns = 0;
    let over = false;
    const cleaned = clean(file).finally(() => {
      over = true;
    });
    for (; !over; turns++) await Bun.sleep(1);
    await cleaned;
    expect(turns).toBeGreaterThan(3);
  });
});

test("settings that make no sense are refused by their names", () => {
  expect(() => configured(pictures, { maxBytes: 0 })).toThrow("plugins.pictures.maxBytes");
  expect(() => configured(pictures, { concurrent: 0 })).toThrow("plugins.pictures.concurrent");
  expect(() => configured(pictures, { maxPixel: 5 })).toThrow('has no setting "maxPixel". Did you mean "maxPixels"?');
});

test("it leaves nothing behind", async () => {
  await expectClean(pictures);
});
