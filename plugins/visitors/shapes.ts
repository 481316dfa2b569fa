import { z } from "zod";

/** A visitor's message was taken. */
export const Left = z.object({
  success: z.literal(true),
  filename: z.string().describe("In visitors/; of one that is held, the name that it is meant to have there"),
});
export type Left = z.output<typeof Left>;
