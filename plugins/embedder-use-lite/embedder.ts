import type { EmbedderModule, OpenEmbedder, Tokenizer } from "hearth-plugins/memory";
import { notInstalled } from "./model-folder";
import { Network } from "./network";
import { Vocabulary } from "./vocabulary";
import { WINDOW } from "./weights";

/** What the plugin hands to the threads. */
export interface Options {
  /** Of the model's files. */
  readonly folder: string;
}

/**
 * The model was taught with lines whose spaces are single. A line break is no piece of its vocabulary: it would hide that a word begins.
 */
const spaced = (text: string) => text.replace(/\s+/g, " ").trim();

class UseLiteTokenizer implements Tokenizer {
  protected readonly vocabulary: Vocabulary;

  constructor(folder: string) {
    this.vocabulary = new Vocabulary(folder);
  }

  count(text: string): number {
    return this.vocabulary.encode(spaced(text)).length;
  }
}

class UseLite extends UseLiteTokenizer implements OpenEmbedder {
  readonly #network: Network;

  constructor(folder: string) {
    super(folder);
    this.#network = new Network(folder);
  }

  embed(texts: readonly string[]): Float32Array[] {
    return this.#network.run(texts.map(text => this.vocabulary.encode(spaced(text), WINDOW)));
  }
}

function folderOf(options: unknown): string {
  const folder = (options as Options | undefined)?.folder;
  if (folder === undefined) throw notInstalled();
  return folder;
}

export const openTokenizer: EmbedderModule["openTokenizer"] = options => new UseLiteTokenizer(folderOf(options));
export const openEmbedder: EmbedderModule["openEmbedder"] = options => new UseLite(folderOf(options));
