import type { EmbedderModule, OpenEmbedder, Tokenizer } from "hearth-plugins/memory";
import { type Extractor, type LibraryTokenizer, openLibrary } from "./library";
import { DIMS, LENGTH, MODEL } from "./model";

/** What the plugin hands to the threads. */
export interface Options {
  /** URL of the package's module. */
  readonly library: string;
  /** Folder with the model's folder. */
  readonly models: string;
}

/** The marks before and after a text are not the text's. */
const counting = (tokenizer: LibraryTokenizer): Tokenizer => ({
  count: text => tokenizer.encode(text, { add_special_tokens: false }).length,
});

async function opened(options: unknown): Promise<Awaited<ReturnType<typeof openLibrary>>> {
  const { library, models } = (options ?? {}) as Partial<Options>;
  if (library === undefined || models === undefined)
    throw new Error("the embedder transformers cannot be used: its package is not installed");
  return openLibrary(library, models);
}

const unreadable = (options: unknown, error: unknown) =>
  new Error(`the model ${MODEL} in ${(options as Options).models} cannot be read: ${(error as Error).message}`, {
    cause: error,
  });

export const openTokenizer: EmbedderModule["openTokenizer"] = async options => {
  const { AutoTokenizer } = await opened(options);
  return AutoTokenizer.from_pretrained(MODEL).then(counting, error => {
    throw unreadable(options, error);
  });
};

export const openEmbedder: EmbedderModule["openEmbedder"] = async options => {
  const { pipeline } = await opened(options);
  const extractor = await pipeline("feature-extraction", MODEL, { dtype: "fp32", device: "cpu" }).catch(error => {
    throw unreadable(options, error);
  });
  // Its own limit is what the network can take, twice as much as it was taught with.
  Object.defineProperty(extractor.tokenizer, "model_max_length", { value: LENGTH });
  return embedding(extractor);
};

const embedding = (extractor: Extractor): OpenEmbedder => ({
  ...counting(extractor.tokenizer),
  async embed(texts) {
    if (texts.length === 0) return [];
    const { data, dims } = await extractor([...texts], { pooling: "mean", normalize: true });
    if (dims[0] !== texts.length || dims[1] !== DIMS)
      throw new Error(`${MODEL} made vectors of ${dims.join(" x ")} of ${texts.length} texts: this is another model`);
    return texts.map((_, index) => data.slice(index * DIMS, (index + 1) * DIMS));
  },
  close() {
    extractor.dispose().catch(() => {}); // the thread ends anyway
  },
});
