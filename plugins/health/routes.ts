import { Elysia } from "elysia";
import { about, type Check, messageOf } from "hearth";
import { Alive, type CheckResult, Readiness } from "./shapes";

/** Liveness and readiness. A probe changes nothing, and is not written to the request log. */
export const healthRoutes = (checks: () => readonly Check[]) =>
  new Elysia({ name: "health" })
    .get(
      "/health/live",
      { status: "alive" },
      about("Whether the process lives", { access: "public", quiet: true, answers: Alive }),
    )
    .get(
      "/health/ready",
      async ({ set }) => {
        const results = await Promise.all(checks().map(outcome));
        const ready = results.every(({ status }) => status === "ok");
        set.status = ready ? 200 : 503;
        return { status: ready ? "ready" : "not_ready", checks: results };
      },
      about("Whether everything that requests need is there", {
        access: "public",
        quiet: true,
        answers: Readiness,
        errors: { 503: { when: "Something is missing", answers: Readiness } },
      }),
    );

async function outcome({ id, run }: Check): Promise<CheckResult> {
  try {
    const wrong = await run();
    return { name: id, status: wrong ? "failed" : "ok", message: wrong ?? null };
  } catch (error) {
    return { name: id, status: "failed", message: messageOf(error) };
  }
}
