import { Elysia } from "elysia";
import { about, boundedText, jsonBodyUpTo, keptAnswer, wholeNumber } from "hearth";
import { z } from "zod";
import type { Budget } from "./budget";
import type { CostReader } from "./costs";
import { daysBefore } from "./days-before";
import { raisable } from "./limits";
import { BudgetStanding, Costs } from "./shapes";

const Wanted = z.object({
  days: wholeNumber(z.int().min(1).max(3660)).default(30),
  to: z.iso.date().optional(),
});
const Change = z.discriminatedUnion("action", [
  z.strictObject({ action: z.literal("stop"), why: boundedText(1, 200).default("a person stopped it") }),
  z.strictObject({ action: z.literal("go") }),
  z.strictObject({
    action: z.literal("raise"),
    scope: boundedText(1, 200),
    kind: z.enum(raisable).default("usd"),
    amount: z.number().positive().max(1_000_000_000),
  }),
]);
export type Change = z.input<typeof Change>;
const LONGEST_BODY = 4096;

/** Carries out a change. @throws HttpError */
export function change(budget: Budget, wanted: z.output<typeof Change>): BudgetStanding {
  if (wanted.action === "stop") budget.stop(wanted.why);
  else if (wanted.action === "go") budget.go();
  else budget.raise(wanted.scope, wanted.kind, wanted.amount);
  return budget.standing();
}

/** What was spent, and how much may be. */
export const gatewayRoutes = (costs: CostReader, budget: Budget, today: () => string) =>
  new Elysia({ name: "gateway" })
    .get(
      "/costs",
      ({ query: { days, to = today() }, request }) =>
        keptAnswer(request, costs.kept({ from: daysBefore(to, days - 1), to })),
      { query: Wanted, ...about("What calls of models came to: the agent's, and the house's own", { answers: Costs }) },
    )
    .get(
      "/admin/budget",
      () => budget.standing(),
      about("All limits and where they stand", { answers: BudgetStanding }),
    )
    .post("/admin/budget", ({ body }) => change(budget, body), {
      parse: jsonBodyUpTo(LONGEST_BODY),
      body: Change,
      ...about("Stop all spending at once, let it go on, or add to a limit", {
        answers: BudgetStanding,
        errors: {
          400: "The budget has no such limit",
          404: "There is no such budget",
          408: "The body does not end in time",
        },
      }),
    });
