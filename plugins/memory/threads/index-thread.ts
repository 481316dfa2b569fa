import type { IndexOptions } from "../index-parts";
import { EmbedderFault, IndexLost } from "./index-faults";
import { IndexWork } from "./index-work";

/** What the thread of an index is asked: first to open one, then anything of `IndexWork`. */
export interface Ask {
  readonly id: number;
  readonly name: string;
  readonly with: readonly unknown[];
}
/** What it answers. */
export interface Told {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
  /** That of SQLite or of the file system. */
  readonly code?: string;
  readonly fault?: "lost" | "embedder";
}

declare const self: Worker;
let work: Promise<IndexWork>;

self.onmessage = async ({ data }: MessageEvent<Ask>) => self.postMessage(await answer(data));

async function answer({ id, name, with: values }: Ask): Promise<Told> {
  try {
    return { id, value: await done(name, values) };
  } catch (error) {
    const { message, code } = error as Error & { code?: string };
    const fault = faultOf(error);
    return { id, error: message, ...(fault && { fault }), ...(code && { code }) };
  }
}

function faultOf(error: unknown): Told["fault"] {
  if (error instanceof IndexLost) return "lost";
  return error instanceof EmbedderFault ? "embedder" : undefined;
}

/** What comes while the index is being opened waits for it. */
async function done(name: string, values: readonly unknown[]): Promise<unknown> {
  if (name === "open") {
    work = IndexWork.open(values[0] as IndexOptions);
    return void (await work);
  }
  const index = (await work) as unknown as Record<string, (...values: readonly unknown[]) => unknown>;
  return index[name]!(...values);
}
