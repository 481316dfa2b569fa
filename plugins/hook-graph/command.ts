import { didYouMean, UsageError } from "hearth";
import type { MemoryCommand } from "hearth-plugins/memory";
import { type Cluster, type Discovery, type Graph, type Thread, type View, views } from "./contract";

/** `hearth memory graph`. @param ready has the graph made, where nobody keeps it in step */
export const graphCommand = (graph: Graph, ready: () => Promise<unknown>): MemoryCommand => ({
  id: "graph",
  usage: 'active | discover | forgotten | cluster "…"',
  summary: "what the works are about: threads alive, forgotten, what is alike and apart, what is near",
  async run(args, io) {
    const { view, query } = read(args);
    await ready();
    for (const line of await lines(graph, view, query)) io.print(line);
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

async function lines(graph: Graph, view: View, query: string): Promise<string[]> {
  if (view === "active") return orNone((await graph.active()).map(threadLine), "no thread is alive");
  if (view === "forgotten") return orNone((await graph.forgotten()).map(threadLine), "nothing was forgotten");
  if (view === "discover") return orNone((await graph.discover()).map(discoveryLine), "nothing that is alike is apart");
  return orNone(clusterLines(await graph.cluster(query)), "nothing is near");
}

const orNone = (all: readonly string[], none: string) => (all.length > 0 ? [...all] : [none]);

const threadLine = ({ name, kind, beside, works, days, first, last, weight, latest }: Thread): string =>
  `${name}${beside.length > 0 ? ` (${beside.join(", ")})` : ""}: ${kind}, ${works} works on ${days} days, ${first} to ${last}, weight ${weight}; ${latest.join(", ")}`;

const discoveryLine = ({ a, b, similarity, titles }: Discovery): string =>
  `${a} ~ ${b} (${similarity.toFixed(2)})${titles.length === 2 ? `: ${titles.join(" ~ ")}` : ""}`;

const clusterLines = ({ works, entities }: Cluster): string[] => [
  ...works.map(({ path, title, date, because }) => `${path}${date ? `, ${date}` : ""}: ${title} (${because})`),
  ...(entities.length > 0 ? [`They name: ${entities.map(({ name }) => name).join(", ")}`] : []),
];
