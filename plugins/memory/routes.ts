import { Elysia } from "elysia";
import { about } from "hearth";
import type { Memory } from "./contract";
import { questionOf, SearchRequest, writtenQuery } from "./requests";
import { MemorySearchAnswer, MemoryStatusAnswer } from "./shapes";
import { shownHit, shownStatus } from "./shown";

const errors = {
  503: "Too many questions wait; Retry-After says when to come back",
  507: "The index cannot be kept: the disk is full or read-only",
};

/** Memory, for those who have the service key. */
export const memoryRoutes = (memory: Memory) =>
  new Elysia({ name: "memory" })
    .onTransform(context => {
      context.query = writtenQuery(context.request) as Record<string, string>;
    })
    .get("/memory/search", ({ query }) => search(memory, query), {
      query: SearchRequest,
      ...about("Finds what the agent and its people wrote, by words and by meaning, the best first", {
        answers: MemorySearchAnswer,
        errors,
      }),
    })
    .get("/memory/status", async () => shownStatus(await memory.status()), {
      ...about("How far memory has come, and what it makes vectors with", {
        answers: MemoryStatusAnswer,
        errors: { 507: errors[507] },
      }),
    });

async function search(memory: Memory, request: SearchRequest): Promise<MemorySearchAnswer> {
  const { hits, mode, note = null } = await memory.search(questionOf(request));
  return { query: request.q, mode, audience: request.audience, hits: hits.map(shownHit), note };
}
