import { z } from "zod";

export const settings = z.strictObject({
  wait: z
    .number()
    .nonnegative()
    .max(300)
    .default(10)
    .describe("Seconds that a request waits, after something searchable came, for it to be read for the first time"),
  maxWaiting: z
    .int()
    .positive()
    .default(256)
    .describe("Questions that wait for the index at the most; one more gets 503 with Retry-After"),
});
