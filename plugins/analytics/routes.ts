import { Elysia } from "elysia";
import { about, keptAnswer } from "hearth";
import { Analytics } from "./shapes";
import type { Statistics } from "./statistics";

/** Numbers for everyone. */
export const analyticsRoutes = (statistics: Statistics) =>
  new Elysia({ name: "analytics" }).get(
    "/analytics",
    async ({ request }) => keptAnswer(request, await statistics.current()),
    about("How much was thought, dreamt and spent, and in which mood", { access: "public", answers: Analytics }),
  );
