import type { Context } from "hearth";
import { type LogLine, SessionChanged, type SessionState } from "./contract";
import type { Live } from "./live";
import type { OutsideFiles } from "./outside-files";
import type { Job } from "./queue";
import type { Workshop } from "./run";
import type { Watchers } from "./watchers";

/** Tells each step and each line of a session to all who follow it: the log, events, viewers, files for tools outside, waiting callers. */
export function tellers(
  ctx: Context<unknown>,
  types: Workshop["types"],
  live: Live,
  watchers: Watchers,
  outside: OutsideFiles | undefined,
): Pick<Workshop, "moved" | "said"> {
  const isLive = (job: Job) => types[job.type]?.live ?? false;
  return {
    moved(job: Job, state: SessionState) {
      if (state === "gathering" && isLive(job)) {
        live.begin(job.id);
        outside?.begin(job.id, job.type, job.startedAt ?? new Date().toISOString());
      }
      if (state === "finishing" && isLive(job)) {
        live.end();
        outside?.end();
      }
      ctx.log.info(`session ${state}`, { session: job.id, type: job.type });
      ctx.emit(SessionChanged, { id: job.id, type: job.type, state, private: !isLive(job) });
      watchers.moved(job.id, state);
    },
    said(job: Job, line: LogLine) {
      if (isLive(job)) {
        live.say(job.id, line);
        outside?.say(line);
      }
      watchers.said(job.id, line);
    },
  };
}
