import { Elysia } from "elysia";
import { about, keptAnswer } from "hearth";
import { MoodRequest } from "./mood-window";
import { MoodTimeline } from "./shapes";
import type { Timeline } from "./timeline";

/** How the mood went. */
export const moodRoutes = (timeline: Timeline) =>
  new Elysia({ name: "hook-mood" }).get(
    "/analytics/mood",
    async ({ query, request }) => keptAnswer(request, await timeline.answer(query)),
    { query: MoodRequest, ...about("How the mood went, session by session and day by day", { answers: MoodTimeline }) },
  );
