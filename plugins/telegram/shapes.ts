import { z } from "zod";

/** What Telegram is answered. */
export const Taken = z.object({}).describe("Telegram wants no more than the status");
