import { boundedText } from "hearth";
import { sessionStates } from "hearth-plugins/sessions";
import { z } from "zod";

/** Characters of one turn at the most. */
export const LONGEST = 20_000;

/** `POST /admin/talk` */
export const NewTurn = z.object({
  text: boundedText(1, LONGEST),
  after: z
    .string()
    .max(64)
    .optional()
    .describe("The session of the turn that this one follows; left out, a talk begins"),
});

/** Its answer. */
export const TurnOrdered = z.object({
  session_id: z.string(),
  ahead: z.int().describe("How many sessions go before this one, counting the one that runs"),
});
export type TurnOrdered = z.output<typeof TurnOrdered>;

/** `GET /admin/talk/:id` */
export const Turn = z
  .object({
    session_id: z.string(),
    state: z.enum(sessionStates).describe("Of the session; once the agent has ended, how that went"),
    over: z.boolean().describe("Whether the agent has ended"),
    answer: z.string().nullable().describe("What the agent said at last; null while it is not over"),
    error: z.string().nullable(),
  })
  .meta({ id: "TalkTurn" });
export type Turn = z.output<typeof Turn>;
