import { z } from "zod";

/** What a route throws on purpose. */
const Detail = z.object({ detail: z.string().describe("What is wrong, for people") }).meta({ id: "Detail" });

/** The door's answer to who lacks the service key. */
const Refusal = z.object({ error: z.string() }).meta({ id: "Refusal" });

const InvalidItem = z.object({
  type: z.string().describe("What kind of mistake: `missing`, `string_too_short`, `enum`…"),
  loc: z.array(z.union([z.string(), z.int()])).describe("Where: `body`, `query`, `path` or `header`, then the field"),
  msg: z.string(),
  input: z.unknown().describe("What was sent"),
  ctx: z.record(z.string(), z.unknown()).optional(),
});

/** All that is wrong with a request's path, query, headers and body. */
const Invalid = z.object({ detail: z.array(InvalidItem) }).meta({ id: "Invalid" });

/** The bodies that errors have, wherever they come from. */
export const errorBodies = { Detail, Refusal, Invalid };
