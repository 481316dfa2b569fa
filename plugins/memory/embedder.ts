/** Something that makes vectors of texts: similar texts, similar vectors. */
export interface Embedder {
  /** What settings name. */
  readonly id: string;
  /** Of the model and of all that changes its vectors; another version is another index. */
  readonly version: string;
  readonly dims: number;
  /** Tokens that it reads of a text; what follows is not in the vector. */
  readonly window: number;
  /** One line for people. */
  readonly summary: string;
  /** Nothing when it can be used, else what is missing and what to do about it. Keep it fast. */
  unavailable(): Promise<string | undefined> | string | undefined;
  /** URL of a module (an `EmbedderModule`) that a thread loads. */
  readonly module: string;
  /** For the module's functions; can be sent to a thread. */
  readonly options?: unknown;
}

/** Counts what a text costs of an embedder's window. */
export interface Tokenizer {
  /** Tokens of a text, not cut at the window. */
  count(text: string): number;
}

/** An embedder at work in a thread. */
export interface OpenEmbedder extends Tokenizer {
  /** A vector of unit length for each text. */
  embed(texts: readonly string[]): Promise<readonly Float32Array[]> | readonly Float32Array[];
  close?(): void;
}

/** What the module of an embedder exports. Both throw an Error for people when something is missing or damaged. */
export interface EmbedderModule {
  openTokenizer(options: unknown): Promise<Tokenizer> | Tokenizer;
  openEmbedder(options: unknown): Promise<OpenEmbedder> | OpenEmbedder;
}
