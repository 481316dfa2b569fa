import { z } from "zod";

/** An entry was written. */
export const Logged = z.object({ success: z.literal(true), filename: z.string().describe("In moderation/") });
export type Logged = z.output<typeof Logged>;
