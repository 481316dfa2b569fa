import { z } from "zod";

/** `GET /health/live` */
export const Alive = z.object({ status: z.literal("alive") });

/** One check's outcome. */
const CheckResult = z.object({
  name: z.string(),
  status: z.enum(["ok", "failed"]),
  message: z.string().nullable().describe("What is wrong"),
});
export type CheckResult = z.output<typeof CheckResult>;

/** `GET /health/ready` */
export const Readiness = z
  .object({ status: z.enum(["ready", "not_ready"]), checks: z.array(CheckResult) })
  .meta({ id: "Readiness" });
