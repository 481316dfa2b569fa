import { type Logger, messageOf } from "hearth";
import type { LogLine, SessionChange, SessionState } from "./contract";
import type { Live } from "./live";
import type { OutsideFiles } from "./outside-files";
import type { Job } from "./queue";
import type { Watchers } from "./watchers";
import type { Workshop } from "./workshop";

/**
 * Tells each step and each line of a session to all who follow it: the log, events, viewers, files for tools outside, waiting callers.
 * What fails at one of them is told, and touches neither the others nor the session.
 */
export function tellers(
  log: Logger,
  emit: (change: SessionChange) => void,
  types: Workshop["types"],
  live: Live,
  watchers: Watchers,
  outside: OutsideFiles | undefined,
): Pick<Workshop, "moved" | "said"> {
  const isLive = (job: Job) => types[job.type]?.live ?? false;
  const each = (job: Job, ...tell: (() => void)[]) => {
    for (const one of tell)
      try {
        one();
      } catch (error) {
        log.error("one who follows a session could not be told", { session: job.id, error: messageOf(error) });
      }
  };
  const begin = (job: Job) => {
    live.begin(job.id);
    outside?.begin(job.id, job.type, job.startedAt ?? job.queuedAt);
  };
  const end = (job: Job) => {
    live.end(job.id);
    outside?.end(job.id);
  };
  return {
    moved(job: Job, state: SessionState) {
      if (state === "gathering" && isLive(job)) each(job, () => begin(job));
      if (state === "finishing" || state === "queued") each(job, () => end(job));
      log.info(`session ${state}`, { session: job.id, type: job.type });
      each(
        job,
        () => emit({ id: job.id, type: job.type, state, private: !isLive(job) }),
        () => watchers.moved(job.id, state),
      );
    },
    said(job: Job, line: LogLine) {
      each(
        job,
        () => {
          const seen = live.say(job.id, line);
          if (seen) outside?.say(job.id, seen);
        },
        () => watchers.said(job.id, line),
      );
    },
  };
}
