import { z } from "zod";
import { standings } from "./contract";
import { type MailRow, verdictsOf } from "./mail-row";

/** A message that waits for a decision, or that the agent is not shown. */
export const QuarantineItem = z
  .object({
    id: z.string(),
    kind: z.string().describe("Which courier brings it: visitor, letter, …"),
    from: z.string(),
    text: z.string(),
    received_at: z.string(),
    state: z.enum(["held", "waiting", "taken", "shown", "rejected"]),
    standing: z.enum(standings).describe("What all screens together found"),
    verdicts: z.array(z.object({ screen: z.string(), verdict: z.string(), reason: z.string() })),
    has_picture: z.boolean(),
    file: z.string().nullable().describe("Where it lies in the home, once it is delivered"),
    decided_at: z.string().nullable(),
  })
  .meta({ id: "QuarantineItem" });
export type QuarantineItem = z.output<typeof QuarantineItem>;

/** `GET /admin/quarantine` */
export const QuarantineList = z.object({ messages: z.array(QuarantineItem) });

/** A piece of mail as people see it. */
export const itemOf = (row: MailRow): QuarantineItem => ({
  id: row.id,
  kind: row.kind,
  from: row.sender,
  text: row.text,
  received_at: row.received_at,
  state: row.state,
  standing: row.standing,
  verdicts: [...verdictsOf(row)],
  has_picture: row.pictured === 1,
  file: row.file,
  decided_at: row.decided_at,
});
