import { Elysia } from "elysia";
import { about, HttpError, jsonBodyUpTo, type Logger, messageOf, storageFault } from "hearth";
import type { AuditLog } from "./audit-log";
import { Finding, MOST_BYTES } from "./requests";
import { Logged } from "./shapes";

/** Where a frontend that screens by itself says what it found. */
export const moderationRoutes = (audit: AuditLog, log: Logger) =>
  new Elysia({ name: "moderation" }).post("/moderation/log", ({ body }) => write(audit, log, body), {
    parse: jsonBodyUpTo(MOST_BYTES),
    body: Finding,
    ...about("Write down what a frontend's own screening found", {
      answers: Logged,
      errors: {
        408: "The body did not end in time",
        413: "The body is longer than 32 KiB",
        500: "Failed to save log",
      },
    }),
  });

async function write(audit: AuditLog, log: Logger, finding: Finding): Promise<Logged> {
  try {
    return { success: true, filename: await audit.write(undefined, finding) };
  } catch (error) {
    if (storageFault(error)) throw error;
    log.error("a finding could not be saved", { error: messageOf(error) });
    throw new HttpError(500, "Failed to save log");
  }
}
