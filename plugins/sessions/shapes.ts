import { z } from "zod";
import { sessionStates } from "./contract";

/** `GET /session/status`: whether a session runs, as everyone may know it. A private one shows only that Hearth is busy. */
export const SessionStatus = z.object({
  active: z.boolean(),
  state: z.enum([...sessionStates, "idle", "busy"]),
  type: z.string().optional(),
  session_id: z.string().optional(),
  started_at: z.string().optional().describe("ISO"),
  duration_seconds: z.int().optional(),
});
export type SessionStatus = Readonly<z.output<typeof SessionStatus>>;

/** `POST /admin/wake` */
export const Woken = z.object({
  success: z.literal(true),
  session_id: z.string(),
  log_file: z.string().describe("Path on Hearth's machine"),
  status: z.enum(["started", "queued"]),
  state: z.enum(sessionStates),
  ahead: z.int().describe("How many sessions go before this one, counting the one that runs"),
});
