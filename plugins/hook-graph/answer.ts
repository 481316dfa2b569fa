import type { z } from "zod";
import type { Graph } from "./contract";
import type { GraphAnswer, GraphRequest } from "./shapes";

/** Asks the graph one of its questions. */
export async function answerTo(graph: Graph, { view, q, limit }: GraphRequest): Promise<z.output<typeof GraphAnswer>> {
  const none = { view, threads: [], discoveries: [], works: [], entities: [] };
  if (view === "active") return { ...none, threads: copied(await graph.active(limit)) };
  if (view === "forgotten") return { ...none, threads: copied(await graph.forgotten(limit)) };
  if (view === "discover") return { ...none, discoveries: copied(await graph.discover(limit)) };
  const { works, entities } = await graph.cluster(q!, limit);
  return { ...none, works: [...works], entities: [...entities] };
}

/** What may not be changed, as what is only sent. */
const copied = <T>(list: readonly T[]): any => [...list];
