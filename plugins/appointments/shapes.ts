import { z } from "zod";
import { urgencies } from "./contract";

/** ISO, UTC. */
const time = z.string();
const times = time.nullable();

/** One of the agent's appointments. */
export const Appointment = z.object({
  id: z.int(),
  /** The time that was asked for. */
  at: time,
  reason: z.string(),
  /** "claimed": its session is ordered or on its way. "missed": Hearth was off. "failed": its sessions failed. "stopped": its session reached its budget. */
  state: z.enum(["waiting", "claimed", "done", "failed", "missed", "cancelled", "stopped"]),
  created_at: times,
  /** The session that made it; null when a person did. */
  made_by: z.string().nullable(),
  /** When its session is ordered; later than `at` after a failure. */
  due_at: times,
  /** Sessions for it that failed. */
  attempts: z.int(),
  /** The last session that came of it. */
  session_id: z.string().nullable(),
  ended_at: times,
});

/** What `GET /appointments` answers. */
export const AppointmentList = z.object({
  /** Newest first, 100 at the most. */
  appointments: z.array(Appointment),
});
export type AppointmentList = z.output<typeof AppointmentList>;

/** What `GET /impulses` answers. */
export const ImpulseList = z.object({
  /** Those that wait, the strongest first. */
  impulses: z.array(
    z.object({
      id: z.int(),
      body: z.string(),
      urgency: z.enum(urgencies),
      created_at: times,
      expires_at: time,
      /** When a session is ordered for it, if nothing comes of it before; null when none is. */
      due_at: times,
    }),
  ),
});
export type ImpulseList = z.output<typeof ImpulseList>;
