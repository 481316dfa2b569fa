import { beforeEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { configured, expectClean, temporaryFolder, testKernel } from "hearth/testing";
import { type Embedder, Embedders } from "hearth-plugins/memory";
import { openEmbedder, openTokenizer } from "../../plugins/embedder-transformers/embedder";
import transformers from "../../plugins/embedder-transformers/plugin";
import { embeddedInThread } from "../fixtures/in-thread";
import * as standIn from "../fixtures/transformers";

const library = join(import.meta.dir, "../fixtures/transformers.ts");
const model: Readonly<Record<string, string>> = {
  "config.json": '{"hidden_size": 384}',
  "tokenizer.json": "{}",
  "tokenizer_config.json": "{}",
  "onnx/model.onnx": "not empty",
};
const options = (models: string) => ({ library, models });

/** A folder of models, with these files in that of the model. */
async function folderWith(files: Readonly<Record<string, string>>) {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) await Bun.write(join(folder.path, "all-MiniLM-L6-v2", name), text);
  return folder;
}

async function embedderWith(settings: Readonly<Record<string, unknown>>): Promise<Embedder> {
  await using app = await testKernel([configured(transformers, settings)]);
  return app.items(Embedders)[0]!;
}

/** What a function throws, as a promise that fails. */
const later = async (work: () => unknown) => work();

beforeEach(() => {
  standIn.env.allowRemoteModels = true;
  standIn.seen.lengths.length = 0;
});

describe("with package and model", () => {
  test("makes a vector of 384 numbers of each text, without the network", async () => {
    using models = await folderWith(model);
    const embedder = await openEmbedder(options(models.path));
    const vectors = await embedder.embed(["one text", "another"]);
    expect(vectors.map(vector => vector.length)).toEqual([384, 384]);
    for (const vector of vectors) expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
    expect(vectors[0]).not.toEqual(vectors[1]!);
    expect((await embedder.embed(["another"]))[0]).toEqual(vectors[1]!);
    expect(await embedder.embed([])).toEqual([]);
    expect(standIn.env.allowRemoteModels).toBe(false);
    expect(standIn.seen.dtype).toBe("fp32");
  });

  test("reads what the model was taught with, and no more: 256 tokens with both marks", async () => {
    using models = await folderWith(model);
    const embedder = await openEmbedder(options(models.path));
    await embedder.embed(["word ".repeat(254), "word ".repeat(1000)]);
    expect(standIn.seen.lengths).toEqual([256, 256]);
    const { window } = await embedderWith({ library, models: models.path });
    expect(window).toBe(254);
    expect(embedder.count("word ".repeat(254))).toBe(window);
  });

  test("the tokenizer alone counts as the embedder does, and loads no model", async () => {
    using models = await folderWith({ "tokenizer.json": "{}" });
    const tokenizer = await openTokenizer(options(models.path));
    expect(tokenizer.count("three plain words")).toBe(3);
    expect(tokenizer.count("")).toBe(0);
  });

  test("closed, it gives back what it held", async () => {
    using models = await folderWith(model);
    const before = standIn.seen.disposed;
    (await openEmbedder(options(models.path))).close?.();
    expect(standIn.seen.disposed).toBe(before + 1);
  });

  test("works in a thread", async () => {
    using models = await folderWith(model);
    const embedder = await embedderWith({ library, models: models.path });
    expect(await embedder.unavailable()).toBeUndefined();
    const [vector] = await embeddedInThread(embedder, ["in a thread"]);
    expect(vector).toHaveLength(384);
  });
});

describe("what is missing", () => {
  test("without package and model both are named, with the commands that get them", async () => {
    const why = await (await embedderWith({})).unavailable();
    expect(why).toMatch(
      /the package @huggingface\/transformers is not installed \(`cd \/.+ && bun add @huggingface\/transformers`\)/,
    );
    expect(why).toMatch(
      /state\/models\/all-MiniLM-L6-v2 has no config\.json, no tokenizer\.json, no tokenizer_config\.json, no onnx\/model\.onnx/,
    );
    expect(why).toContain("curl -fL --create-dirs -o");
  });

  for (const file of Object.keys(model))
    test(`without ${file}: just that`, async () => {
      const { [file]: _, ...others } = model;
      using models = await folderWith(others);
      const why = await (await embedderWith({ library, models: models.path })).unavailable();
      const folder = join(models.path, "all-MiniLM-L6-v2");
      expect(why).toBe(
        `${folder} has no ${file} (\`curl -fL --create-dirs -o ${folder}/${file} ` +
          `https://huggingface.co/Xenova/all-MiniLM-L6-v2/resolve/main/${file}\`); then start Hearth again`,
      );
    });

  test("a path that leads nowhere is no package", async () => {
    using models = await folderWith(model);
    const embedder = await embedderWith({ library: "./nowhere.ts", models: models.path });
    expect(await embedder.unavailable()).toContain("the package ./nowhere.ts is not installed");
  });

  test("an empty file is none", async () => {
    using models = await folderWith({ ...model, "onnx/model.onnx": "" });
    expect(await (await embedderWith({ library, models: models.path })).unavailable()).toContain("no onnx/model.onnx");
  });

  test("the model's files may come while it runs", async () => {
    using models = temporaryFolder();
    const embedder = await embedderWith({ library, models: models.path });
    expect(await embedder.unavailable()).toContain("has no config.json");
    for (const [name, text] of Object.entries(model))
      await Bun.write(join(models.path, "all-MiniLM-L6-v2", name), text);
    expect(await embedder.unavailable()).toBeUndefined();
  });

  test("a package that cannot be loaded, and one that is another, are named", async () => {
    using models = await folderWith({ ...model, "broken.ts": "throw new Error('no such processor');" });
    const broken = join(models.path, "all-MiniLM-L6-v2", "broken.ts");
    await expect(later(() => openEmbedder({ library: broken, models: models.path }))).rejects.toThrow(
      `cannot load ${broken}: no such processor`,
    );
    await expect(
      later(() =>
        openEmbedder({
          library: import.meta.path.replace("embedder-transformers.test", "../fixtures/until"),
          models: models.path,
        }),
      ),
    ).rejects.toThrow("is not the package @huggingface/transformers");
    await expect(later(() => openTokenizer(undefined))).rejects.toThrow("its package is not installed");
  });

  test("a model that cannot be read, and one that is another, are named", async () => {
    using damaged = await folderWith({ ...model, "tokenizer.json": "{" });
    const said = `the model all-MiniLM-L6-v2 in ${damaged.path} cannot be read`;
    await expect(later(() => openEmbedder(options(damaged.path)))).rejects.toThrow(said);
    await expect(later(() => openTokenizer(options(damaged.path)))).rejects.toThrow(said);
    using other = await folderWith({ ...model, "config.json": '{"hidden_size": 768}' });
    const embedder = await openEmbedder(options(other.path));
    await expect(later(() => embedder.embed(["a", "b"]))).rejects.toThrow(
      "vectors of 2 x 768 of 2 texts: this is another model",
    );
  });
});

test("a path of the settings begins at the config file's folder", async () => {
  const embedder = await embedderWith({ library, models: "weights" });
  expect(embedder.options).toMatchObject({ models: expect.stringMatching(/^\/.*\/weights$/) });
});

test("refuses empty paths and unknown settings", () => {
  expect(() => configured(transformers, { models: "" })).toThrow("models");
  expect(() => configured(transformers, { model: "x" })).toThrow('no setting "model"');
});

test("leaves nothing behind", () => expectClean(transformers));
