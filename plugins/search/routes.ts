import { Elysia } from "elysia";
import { about } from "hearth";
import type { Finder } from "./finder";
import { SuggestRequest, searchRequest, writtenQuery } from "./requests";
import { SearchAnswer, SuggestAnswer } from "./shapes";

const errors = {
  503: "Too many searches are waiting, and Retry-After says when to come back; or nothing can be found by meaning",
  507: "The index cannot be kept: the disk is full or read-only",
};

/** Searching what is public, for everyone. @param types the ids of what can be searched now */
export const searchRoutes = (finder: Finder, types: () => readonly string[]) =>
  new Elysia({ name: "search" })
    .onTransform(context => {
      context.query = writtenQuery(context.request);
    })
    .get("/search", ({ query }) => finder.search(query), {
      query: searchRequest(types),
      ...about("Finds in what the agent wrote, by words, by meaning or by both, the best first", {
        access: "public",
        answers: SearchAnswer,
        errors,
      }),
    })
    .get("/search/suggest", ({ query }) => finder.suggest(query), {
      query: SuggestRequest,
      ...about("Words and titles that complete what somebody types", {
        access: "public",
        answers: SuggestAnswer,
        errors,
      }),
    });
