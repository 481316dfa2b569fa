import type { Job, Queue } from "./queue";
import type { SessionStatus } from "./routes";
import type { SessionType } from "./types";

/** Whether a session runs, as everyone may know it. @param current the session on its way */
export function statusOf(
  current: Job | undefined,
  queue: Queue,
  types: Readonly<Record<string, SessionType>>,
  now: Date,
): SessionStatus {
  const job = current && queue.find(current.id);
  if (!job) return { active: false, state: "idle" };
  if (!types[job.type]?.live) return { active: false, state: "busy" };
  const startedAt = job.startedAt ?? job.queuedAt;
  return {
    active: job.state === "gathering" || job.state === "running",
    state: job.state,
    type: job.type,
    session_id: job.id,
    started_at: startedAt,
    duration_seconds: Math.max(0, Math.floor((now.getTime() - Date.parse(startedAt)) / 1000)),
  };
}
