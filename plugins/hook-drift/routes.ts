import { Elysia } from "elysia";
import { about, keptAnswer } from "hearth";
import type { DriftAnswer } from "./drift-file";
import { Signals } from "./signals";

/** For the keeper: it is made of papers that were never published, too. */
export const driftRoutes = (answer: DriftAnswer) =>
  new Elysia({ name: "hook-drift" }).get(
    "/analytics/drift",
    async ({ request }) => keptAnswer(request, await answer.current()),
    about("Where the agent's writing goes: topics, new words, moods, with their statistics", { answers: Signals }),
  );
