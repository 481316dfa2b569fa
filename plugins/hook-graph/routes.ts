import { Elysia } from "elysia";
import { about, type Kept, kept, keptAnswer } from "hearth";
import { answerTo } from "./answer";
import type { Graph } from "./contract";
import { GraphAnswer, GraphRequest } from "./shapes";

/** Answers that are kept at the most. */
const MOST_KEPT = 50;

/** For the keeper and the agent: it is made of papers that were never published, too. @param version differs when answers may */
export function graphRoutes(graph: Graph, version: () => string) {
  const held = new Map<string, Kept>();
  let of = "";
  const answer = async (request: GraphRequest): Promise<Kept> => {
    if (of !== version() || held.size >= MOST_KEPT) held.clear();
    of = version();
    const key = JSON.stringify(request);
    const known = held.get(key);
    if (known) return known;
    const made = kept(await answerTo(graph, request));
    if (of === version()) held.set(key, made);
    return made;
  };
  return new Elysia({ name: "hook-graph" })
    .onTransform(context => {
      context.query = Object.fromEntries(new URL(context.request.url).searchParams); // as it is written: Elysia makes lists of commas
    })
    .get("/memory/graph", async ({ query, request }) => keptAnswer(request, await answer(query)), {
      query: GraphRequest,
      ...about("What the agent's works are about: threads that live or were forgotten, what is alike, what is near", {
        answers: GraphAnswer,
        errors: {
          503: "Too many questions wait for memory; Retry-After says when to come back",
          507: "The index of memory cannot be kept: the disk is full or read-only",
        },
      }),
    });
}
