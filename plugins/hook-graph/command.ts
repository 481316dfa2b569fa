import { didYouMean, UsageError } from "hearth";
import type { MemoryCommand } from "hearth-plugins/memory";
import { type Graph, type View, views } from "./contract";
import { graphLines } from "./graph-lines";

/** `hearth memory graph`. @param ready has the graph made, where nobody keeps it in step */
export const graphCommand = (graph: Graph, ready: () => Promise<unknown>): MemoryCommand => ({
  id: "graph",
  usage: 'active | discover | forgotten | cluster "…"',
  summary: "what the works are about: threads alive, forgotten, what is alike and apart, what is near",
  async run(args, io) {
    const { view, query } = read(args);
    await ready();
    for (const line of await graphLines(graph, view, query)) io.print(line);
  },
});

function read([name = "active", query, ...more]: readonly string[]): { view: View; query: string } {
  const view = views.find(one => one === name);
  if (!view) throw new UsageError(`graph knows no "${name}".${didYouMean(name, views)}`);
  const takes = view === "cluster" ? 1 : 0;
  if (more.length > 0 || (query === undefined ? 0 : 1) !== takes || query?.trim() === "")
    throw new UsageError(takes ? "cluster takes one word or text, in quotes" : `${view} takes nothing`);
  return { view, query: (query ?? "").slice(0, 500) };
}
