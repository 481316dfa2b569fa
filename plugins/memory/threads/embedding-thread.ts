import { setPriority } from "node:os";
import type { EmbedderModule, OpenEmbedder } from "../embedder";

/** What a thread that embeds is told: first which embedder it opens, then batch by batch. */
export type Order =
  | { readonly open: { readonly module: string; readonly options?: unknown } }
  | { readonly texts: readonly string[] };
/** What it answers, one answer for each order. */
export type Done = { readonly vectors: readonly Float32Array[] } | { readonly error: string };

/** What Linux calls nice: vectors are for later, a wake and an answer are for now. */
const NICE = 10;
// Elsewhere it would hold for the whole process; on Linux it holds for the thread that says it.
if (process.platform === "linux") setPriority(0, NICE);

declare const self: Worker;
let embedder: OpenEmbedder | undefined;

self.onmessage = async ({ data }: MessageEvent<Order>) => {
  const done = await carryOut(data).catch((error: Error): Done => ({ error: error.message }));
  self.postMessage(done, "vectors" in done ? done.vectors.map(({ buffer }) => buffer as ArrayBuffer) : []);
};

async function carryOut(order: Order): Promise<Done> {
  if ("open" in order) {
    const { openEmbedder } = (await import(order.open.module)) as EmbedderModule;
    embedder = await openEmbedder(order.open.options);
    return { vectors: [] };
  }
  const vectors = await embedder!.embed(order.texts);
  return { vectors: vectors.map(vector => vector.slice()) }; // a vector may lie in the embedder's own memory
}
