import { Elysia } from "elysia";
import { about, keptAnswer } from "hearth";
import type { Atlas } from "./atlas";
import { WorksMap } from "./shapes";

/** The map of the works, for a plot. */
export const mapRoutes = (atlas: Atlas) =>
  new Elysia({ name: "memory-map" }).get(
    "/memory/map",
    async ({ request }) => keptAnswer(request, await atlas.current()),
    about("All public works in the plane, those close in meaning close together", {
      answers: WorksMap,
      errors: { 503: "There is no map yet; Retry-After says when to come back" },
    }),
  );
