import { z } from "zod";
import { raisable } from "./limits";

const figures = {
  calls: z.number().describe("Calls that are over"),
  assumed: z.number().describe("Of these, calls that ended without their figures: what was reserved counts"),
  input_tokens: z.number(),
  output_tokens: z.number(),
  cache_read_tokens: z.number(),
  cache_write_5m_tokens: z.number(),
  cache_write_1h_tokens: z.number(),
  searches: z.number(),
  usd: z.number().describe("US dollars, by list prices"),
};

/** What some calls came to. */
export const Figures = z.object(figures).meta({ id: "CostFigures" });
export type Figures = z.output<typeof Figures>;

/** `GET /costs` */
export const Costs = z
  .object({
    from: z.string().describe("The first day, YYYY-MM-DD"),
    to: z.string().describe("The last day"),
    total: Figures,
    open_calls: z.number().describe("Calls on their way"),
    held_usd: z.number().describe("What these may come to at the most"),
    by_day: z.array(z.object({ day: z.string(), ...figures })),
    by_type: z
      .array(
        z.object({
          type: z.string().describe('Of sessions; "house:moderation" of what a part of the house asked'),
          ...figures,
        }),
      )
      .describe("Who spent it"),
    by_model: z.array(z.object({ model: z.string(), ...figures })),
    by_session: z
      .array(z.object({ session: z.string(), type: z.string(), stopped: z.string().nullable(), ...figures }))
      .describe("The newest two hundred"),
  })
  .meta({ id: "Costs" });
export type Costs = z.output<typeof Costs>;

/** One limit, and where it stands. Money in US dollars. */
const LimitStanding = z.object({
  scope: z.string().describe('As it is raised: "day", "session 20261121-…", "type visit day", "house moderation day"'),
  kind: z.enum(raisable),
  limit: z.number().describe("With what was added to it"),
  raised: z.number().describe("What people added to it"),
  spent: z.number(),
  held: z.number().describe("What calls on their way may still come to"),
});
export type LimitStanding = z.output<typeof LimitStanding>;

/** `GET /admin/budget` */
export const BudgetStanding = z
  .object({
    stopped: z.object({ at: z.string(), why: z.string() }).nullable().describe("Since when everything is stopped"),
    limits: z.array(LimitStanding),
    running: z.array(z.string()).describe("Sessions that may call a model now"),
  })
  .meta({ id: "BudgetStanding" });
export type BudgetStanding = z.output<typeof BudgetStanding>;
