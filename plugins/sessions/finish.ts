import { messageOf } from "hearth";
import type { AgentResult, Session, SessionState } from "./contract";
import { failedResult } from "./deadline";
import { SessionLog } from "./log-writer";
import type { Job } from "./queue";
import { writeSessionLog } from "./session-log";
import { forgottenType } from "./types";
import { logPath, type Workshop } from "./workshop";

/** Writes the end of a session that a crash cut off, and answers what is known of it. */
export function interrupt(shop: Workshop, job: Job): { outcome: SessionState; result: AgentResult } {
  const log = new SessionLog(logPath(shop.house, job.id), shop.clock, line => shop.said(job, line));
  try {
    return { outcome: "interrupted", result: log.end(failedResult("Hearth ended while it ran")) };
  } finally {
    log.close();
  }
}

/** Runs the hooks of a session whose agent has ended; after a crash, those that had not run. Then the session has its end. */
export async function finish(shop: Workshop, job: Job): Promise<void> {
  const session = sessionOf(shop, job);
  shop.moved(job, "finishing");
  await writeSessionLog(shop.home, withoutSecrets(shop, session), shop.house.timeZone).catch(error =>
    shop.log.error("the session's log in logs/ could not be written", { session: job.id, error: messageOf(error) }),
  );
  const report = await shop.runHooks(session, { key: job.id });
  if (report.outcomes.some(({ state }) => state === "unfinished")) return; // Hearth is stopping: the rest runs at the next start.
  shop.queue.move(job.id, session.state);
  shop.moved(job, session.state);
}

/** A session for a file that others read: its last words without secrets, and none of a private one. */
const withoutSecrets = ({ secrets }: Workshop, session: Session): Session => ({
  ...session,
  result: { ...session.result, text: session.settings.live ? secrets.redact(session.result.text) : "" },
});

/** What the hooks get to see of a job. */
export function sessionOf(shop: Pick<Workshop, "types" | "house">, job: Job): Session {
  return {
    id: job.id,
    type: job.type,
    settings: shop.types[job.type] ?? forgottenType,
    state: job.outcome ?? job.state,
    messages: job.messages,
    ...(job.resumes !== null && { resumes: job.resumes }),
    startedAt: new Date(job.startedAt ?? job.queuedAt),
    endedAt: new Date(job.endedAt ?? job.queuedAt),
    result: job.result ?? failedResult("Hearth ended while it ran"),
    log: logPath(shop.house, job.id),
    changed: job.changed,
  };
}
