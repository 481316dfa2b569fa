import { Elysia } from "elysia";
import { about, keptAnswer } from "hearth";
import type { Report } from "./report";
import { ResonanceReport, ResonanceRequest } from "./shapes";

/** What resonated, day by day. */
export const resonanceRoutes = (report: Report) =>
  new Elysia({ name: "hook-resonance" }).get(
    "/analytics/resonance",
    async ({ query, request }) => keptAnswer(request, await report.answer(query.days)),
    {
      query: ResonanceRequest,
      ...about("Passages of different works that say something alike, day by day", { answers: ResonanceReport }),
    },
  );
