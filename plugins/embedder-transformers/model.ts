import { stat } from "node:fs/promises";
import { join } from "node:path";

export const PACKAGE = "@huggingface/transformers";
export const MODEL = "all-MiniLM-L6-v2";
export const DIMS = 384;
/** Tokens that the model was taught with, and those of them that are the text's: the first and the last are marks. */
export const LENGTH = 256;
export const WINDOW = LENGTH - 2;

/** The files of the model, in its folder. */
export const FILES = ["config.json", "tokenizer.json", "tokenizer_config.json", "onnx/model.onnx"] as const;
const ORIGIN = "https://huggingface.co/Xenova/all-MiniLM-L6-v2/resolve/main";

/** Where package and model are looked for. */
export interface Places {
  /** URL of the package's module; undefined when it is not there. */
  readonly library: string | undefined;
  /** What the package is called in the settings. */
  readonly name: string;
  /** Folder with the model's folder. */
  readonly models: string;
  /** Hearth's own folder. */
  readonly root: string;
}

/** What is missing and the commands that get it, all at once; nothing when all is there. */
export async function missing({ library, name, models, root }: Places): Promise<string | undefined> {
  const folder = join(models, MODEL);
  const there = await Promise.all(FILES.map(file => isFile(join(folder, file))));
  const files = FILES.filter((_, index) => !there[index]);
  const lacks = [
    ...(library === undefined ? [`the package ${name} is not installed (\`cd ${root} && bun add ${PACKAGE}\`)`] : []),
    ...(files.length > 0 ? [`${folder} has no ${files.join(", no ")} (\`${download(folder, files)}\`)`] : []),
  ];
  return lacks.length > 0 ? `${lacks.join("; ")}; then start Hearth again` : undefined;
}

const isFile = (path: string) =>
  stat(path).then(
    found => found.isFile() && found.size > 0,
    () => false,
  );

const download = (folder: string, files: readonly string[]) =>
  files.length === 1
    ? `curl -fL --create-dirs -o ${folder}/${files[0]} ${ORIGIN}/${files[0]}`
    : `for f in ${files.join(" ")}; do curl -fL --create-dirs -o ${folder}/$f ${ORIGIN}/$f; done`;
