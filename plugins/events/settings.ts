import { z } from "zod";

export const settings = z.strictObject({
  maxSubscribers: z.int().positive().default(2000).describe("Clients at the most; one more gets 503 with Retry-After"),
  queueSize: z
    .int()
    .min(10)
    .default(100)
    .describe("Events that may wait for one client; with more, it has to read or is told so and closed"),
  patience: z
    .number()
    .positive()
    .default(5)
    .describe("Seconds in which a client whose queue is full has to take something"),
  heartbeat: z.number().positive().default(15).describe("Seconds of silence after which a client gets a sign of life"),
  logSize: z
    .int()
    .nonnegative()
    .max(100_000)
    .default(5000)
    .describe("Newest events that are kept for clients that come back"),
});
export type Settings = z.output<typeof settings>;
