import type { Cluster, Discovery, Graph, Thread, View } from "./contract";

/** What the graph answers to a question, for people and for the agent: a line each. @param query of the view `cluster` @param limit lines, as the graph itself has it when left out */
export async function graphLines(graph: Graph, view: View, query: string, limit?: number): Promise<string[]> {
  if (view === "active") return orNone((await graph.active(limit)).map(threadLine), "no thread is alive");
  if (view === "forgotten") return orNone((await graph.forgotten(limit)).map(threadLine), "nothing was forgotten");
  if (view === "discover")
    return orNone((await graph.discover(limit)).map(discoveryLine), "nothing that is alike is apart");
  return orNone(clusterLines(await graph.cluster(query, limit)), "nothing is near");
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
