import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { deflateSync } from "node:zlib";
import { HttpError } from "hearth";
import { type TestKernel, testKernel } from "hearth/testing";
import { type Picture, Pictures } from "hearth-plugins/pictures";
import pictures from "../../plugins/pictures/plugin";
import { dice } from "../fixtures/dice";
import { full } from "../fixtures/full-pictures";
import { INVALID, refusal, withSettings } from "../fixtures/picture-cleaner";
import {
  gif,
  gifComment,
  gifFrame,
  jpeg,
  jpegSegment,
  movingWebp,
  noise,
  PNG,
  png,
  pngChunk,
  pngHead,
  riff,
  riffChunk,
  riffChunks,
  together,
  webp,
  webpHead,
  withChunks,
  withSegments,
} from "../fixtures/pictures";

type Bytes = Uint8Array<ArrayBuffer>;

let app: TestKernel;
beforeAll(async () => {
  app = await testKernel([pictures]);
});
afterAll(() => app[Symbol.asyncDispose]());

const clean = (file: Bytes): Promise<Picture> => app.service(Pictures).clean(file);

describe("nothing unpacks without a bound:", () => {
  test("W-18: a small file of very many pixels is refused, in each format", async () => {
    const pixels = pngChunk("IDAT", deflateSync(new Uint8Array(1000)));
    expect(await refusal(clean(together(PNG, pngHead(13_000, 13_000, 1, 0), pixels, pngChunk("IEND", []))))).toBe(
      INVALID,
    );
    const large = await jpeg(16, 8);
    const frame = Buffer.from(large).indexOf(Buffer.from([0xff, 0xc0]));
    large.set([0xff, 0xff, 0xff, 0xff], frame + 5);
    expect(await refusal(clean(large))).toBe(INVALID);
    expect(await refusal(clean(gif(60_000, 60_000, gifFrame(4, 3, 1))))).toBe(INVALID);
    const head = webpHead(0x02, 16_000, 16_000);
    const [, ...rest] = riffChunks(movingWebp(16, 8, [await webp(16, 8)]));
    expect(await refusal(clean(riff(head, ...rest.map(({ type, data }) => riffChunk(type, data)))))).toBe(INVALID);
  });

  test("W-18: as many pixels as are allowed are taken, and one row more is not", async () => {
    await withSettings({ maxPixels: 16 * 8 }, async clean => {
      for (const make of [
        async (height: number) => png(16, height),
        (height: number) => jpeg(16, height),
        (height: number) => webp(16, height),
      ]) {
        expect((await clean(await make(8))).height).toBe(8);
        expect(await refusal(clean(await make(9)))).toBe(INVALID);
      }
      expect((await clean(gif(16, 8, gifFrame(16, 8, 1)))).height).toBe(8);
      expect(await refusal(clean(gif(16, 9, gifFrame(16, 9, 1))))).toBe(INVALID);
    });
  });

  test("W-18: frames count together", async () => {
    await withSettings({ maxFramePixels: 3 * 4 * 3 }, async clean => {
      const frame = gifFrame(4, 3, 1);
      expect((await clean(gif(4, 3, frame, frame, frame))).mime).toBe("image/gif");
      expect(await refusal(clean(gif(4, 3, frame, frame, frame, frame)))).toBe(INVALID);
      const still = await webp(4, 3);
      expect((await clean(movingWebp(4, 3, [still, still, still]))).mime).toBe("image/webp");
      expect(await refusal(clean(movingWebp(4, 3, [still, still, still, still])))).toBe(INVALID);
    });
  });

  test("W-18: a JPEG whose scans have no end is refused", async () => {
    const file = new Uint8Array(await new Bun.Image(png(64, 64)).jpeg({ progressive: true }).bytes());
    const last = Buffer.from(file).lastIndexOf(Buffer.from([0xff, 0xda]));
    const scan = file.subarray(last, file.length - 2);
    const times = (count: number) =>
      together(file.subarray(0, file.length - 2), ...Array(count).fill(scan), [0xff, 0xd9]);
    expect((await clean(times(5))).mime).toBe("image/jpeg");
    expect(await refusal(clean(times(40)))).toBe(INVALID);
  });

  test("W-18: a file of very many parts is refused", async () => {
    const file = await jpeg(16, 8);
    expect(await refusal(clean(withSegments(file, ...Array(30_000).fill(jpegSegment(0xfe, "")))))).toBe(INVALID);
    expect(await refusal(clean(png(16, 8, undefined, ...Array(30_000).fill(pngChunk("prVt", [])))))).toBe(INVALID);
    expect(
      await refusal(clean(withChunks(await webp(16, 8), 16, 8, ...Array(30_000).fill(riffChunk("prVt", []))))),
    ).toBe(INVALID);
    expect(await refusal(clean(gif(4, 3, ...Array(30_000).fill(gifComment("a")), gifFrame(4, 3, 1))))).toBe(INVALID);
    expect(await refusal(clean(gif(1, 1, ...Array(2_001).fill(gifFrame(1, 1, 1)))))).toBe(INVALID);
  });
});

describe("what is refused:", () => {
  test("one byte more than is allowed, in the words that clients know", async () => {
    const most = 5 * 1024 * 1024;
    expect(await refusal(clean(new Uint8Array(most + 1)))).toBe("400 Image exceeds 5 MB limit (5.0 MB)");
    expect(await refusal(clean(new Uint8Array(6_500_000)))).toBe("400 Image exceeds 5 MB limit (6.2 MB)");
    expect(await refusal(clean(new Uint8Array(most)))).toBe(INVALID);
  });

  test("what gets too large when it is written anew is written worse", async () => {
    const { next } = dice(7);
    const sent = await jpeg(128, 128, noise(next), 80);
    const best = await clean(sent);
    const { length } = best.bytes;
    await withSettings({ maxBytes: length - 1 }, async clean => {
      const worse = await clean(sent);
      expect(worse.bytes.length).toBeLessThan(length);
      expect([worse.width, worse.height]).toEqual([128, 128]);
    });
    const bright = png(64, 64, noise(next));
    const small = await withSettings({ maxBytes: bright.length }, clean => clean(bright));
    expect(small.bytes.length).toBeLessThanOrEqual(bright.length);
  });

  test("what cannot be made small enough is too large", async () => {
    const sent = await jpeg(64, 64, noise(dice(7).next), 1);
    expect(await withSettings({ maxBytes: sent.length }, clean => refusal(clean(sent)))).toBe(
      "400 Image exceeds 0 MB limit (0.0 MB)",
    );
  });

  const text = (part: string) => together(part);
  for (const [format, file] of Object.entries({
    BMP: together("BM", new Uint8Array(60)),
    TIFF: together("II*\0", new Uint8Array(60)),
    HEIC: together([0, 0, 0, 24], "ftypheic", new Uint8Array(60)),
    AVIF: together([0, 0, 0, 24], "ftypavif", new Uint8Array(60)),
    ICO: together([0, 0, 1, 0], new Uint8Array(60)),
    JXL: together([0xff, 0x0a], new Uint8Array(60)),
    SVG: text('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
  }))
    test(`${format}, by its name`, async () => {
      const allowed = "Allowed: JPEG, PNG, GIF, WEBP";
      expect(await refusal(clean(file))).toBe(`400 Unsupported image format: ${format}. ${allowed}`);
    });

  test("SVG behind whatever may stand before it", async () => {
    const before = [
      "\ufeff",
      '<?xml version="1.0"?>\n',
      "<!-- a --> <!-- b -->\n",
      `<!DOCTYPE svg>\n${"<!---->".repeat(100)}`,
    ];
    for (const start of before)
      expect(await refusal(clean(new TextEncoder().encode(`${start}<svg width="1">`)))).toContain("format: SVG.");
  });

  for (const [what, file] of Object.entries({
    nothing: new Uint8Array(),
    text: text("hello"),
    HTML: text("<!doctype html><script>alert(1)</script>"),
    "a picture's first bytes alone, JPEG": together([0xff, 0xd8, 0xff]),
    "a picture's first bytes alone, PNG": PNG,
    "a picture's first bytes alone, GIF": text("GIF89a"),
    "a picture's first bytes alone, WebP": text("RIFF\xff\xff\xff\xffWEBP"),
    "a GIF of no frame": gif(4, 3, gifComment("a")),
    "a GIF of no size": gif(0, 0, gifFrame(4, 3, 1)),
    "a frame of no size": gif(4, 3, gifFrame(0, 0, 1)),
    "a WebP of no picture": riff(webpHead(0, 4, 3)),
    "a film of no frame": riff(webpHead(2, 4, 3), riffChunk("ANIM", [0, 0, 0, 0, 0, 0])),
  }))
    test(`${what} is no picture`, async () => {
      expect(await refusal(clean(file))).toBe(INVALID);
    });

  test("what was cut off is no picture, wherever it was", async () => {
    const noisy = noise(dice(3).next);
    const files = [
      await jpeg(16, 8, noisy),
      png(16, 8, noisy),
      await webp(16, 8, noisy),
      movingWebp(16, 8, [await webp(16, 8, noisy)]),
    ];
    for (const file of files)
      for (const part of [0.2, 0.5, 0.9, 0.99])
        expect(await refusal(clean(file.slice(0, Math.floor(file.length * part))))).toBe(INVALID);
    const film = gif(16, 8, gifFrame(16, 8, 1));
    for (const end of [15, 30, 60, film.length - 2]) expect(await refusal(clean(film.slice(0, end)))).toBe(INVALID);
  });

  test("whatever is wrong with a file, it is a picture or the sender's fault", async () => {
    const { int, now } = dice(11);
    const files = [
      await full.jpeg(6),
      await full.png(6),
      await full.webp(6),
      gif(4, 3, gifFrame(4, 3, 1), gifFrame(4, 3, 2)),
      movingWebp(16, 8, [await webp(16, 8), await webp(16, 8)]),
    ];
    const outcomes = new Set<string>();
    for (let round = 0; round < 1500; round++) {
      const file = files[round % files.length]!.slice();
      for (let times = 1 + int(5); times > 0; times--) file[int(now(0.5) ? 60 : file.length)] = int(256);
      const sent = now(0.2) ? file.slice(0, int(file.length)) : file;
      outcomes.add(
        await clean(sent).then(
          () => "clean",
          error => (error instanceof HttpError ? String(error.status) : String(error)),
        ),
      );
    }
    expect([...outcomes].sort()).toEqual(["400", "clean"]);
  });
});
