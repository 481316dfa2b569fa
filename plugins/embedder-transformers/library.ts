/** What is used of the package `@huggingface/transformers`. It is not a dependency: it weighs 474 MB. */
export interface Library {
  readonly env: { allowRemoteModels: boolean; localModelPath: string };
  readonly AutoTokenizer: { from_pretrained(model: string): Promise<LibraryTokenizer> };
  pipeline(task: "feature-extraction", model: string, options: { dtype: "fp32"; device: "cpu" }): Promise<Extractor>;
}

export interface LibraryTokenizer {
  encode(text: string, options: { add_special_tokens: boolean }): readonly unknown[];
}

/** Makes vectors of texts; has to be disposed of. */
export interface Extractor {
  (
    texts: readonly string[],
    options: { pooling: "mean"; normalize: true },
  ): Promise<{ readonly data: Float32Array; readonly dims: readonly number[] }>;
  readonly tokenizer: LibraryTokenizer;
  dispose(): Promise<unknown>;
}

/** Loads the package, so that it never asks the network. @param models folder of model folders @throws Error for people */
export async function openLibrary(url: string, models: string): Promise<Library> {
  const library = await import(url).catch(error => {
    throw new Error(`the embedder transformers cannot load ${url}: ${(error as Error).message}`, { cause: error });
  });
  if (typeof library.pipeline !== "function" || !library.env || !library.AutoTokenizer)
    throw new Error(`${url} is not the package @huggingface/transformers, or not a version that is known (4)`);
  library.env.allowRemoteModels = false;
  library.env.localModelPath = models.endsWith("/") ? models : `${models}/`;
  return library;
}
