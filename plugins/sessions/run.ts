import { messageOf } from "hearth";
import { changedSince } from "./changed";
import { chooseAgent } from "./choose-agent";
import { collect } from "./collect";
import type { AgentEvent, AgentResult, SessionState } from "./contract";
import { Ended, failedResult, runWithin } from "./deadline";
import { finish } from "./finish";
import { gather } from "./gather";
import { SessionLog } from "./log-writer";
import { renderPrompts } from "./prompts";
import type { Job } from "./queue";
import type { SessionType } from "./types";
import { logPath, type Workshop } from "./workshop";

/** Hearth is stopping, and the agent had not begun: nothing is lost when the session begins again. */
class NotBegun extends Error {}

/**
 * Takes a claimed job through gathering, running and finishing to its end, or back to the queue when Hearth stops before its agent began.
 * @throws what the disk says when not even the end can be written; the session is then where it was
 */
export async function runJob(shop: Workshop, claimed: Job, abort: AbortController): Promise<void> {
  const settings = shop.types[claimed.type];
  const begun = { ...claimed, startedAt: shop.clock.now().toISOString() };
  const from = new Date(); // files carry the machine's time, whatever Hearth's clock says
  shop.queue.move(begun.id, "gathering", { startedAt: begun.startedAt, live: settings?.live ?? false });
  const job = collect(shop, begun);
  shop.moved(job, "gathering");
  const log = new SessionLog(logPath(shop.house, job.id), shop.clock, line => shop.said(job, line));
  const result = await resultOf(shop, job, settings, log, abort).finally(() => log.close());
  if (!result) {
    shop.queue.move(job.id, "queued");
    return shop.moved(job, "queued");
  }
  const outcome = outcomeOf(result, abort.signal);
  const changed = await changedSince(shop.home.path, from);
  const endedAt = shop.clock.now().toISOString();
  shop.queue.move(job.id, "finishing", { outcome, result, changed, endedAt });
  await finish(shop, shop.queue.find(job.id)!);
}

/** How the agent's part went; nothing when it had not begun before Hearth stops. */
async function resultOf(
  shop: Workshop,
  job: Job,
  settings: SessionType | undefined,
  log: SessionLog,
  abort: AbortController,
): Promise<AgentResult | undefined> {
  if (!settings) return log.end(failedResult(`the session type "${job.type}" is not configured any more`));
  try {
    return await wake(shop, job, settings, log, abort);
  } catch (error) {
    return error instanceof NotBegun ? undefined : log.end(failedResult(messageOf(error)));
  }
}

function outcomeOf(result: AgentResult, signal: AbortSignal): SessionState {
  if (result.ok) return "done";
  return signal.reason instanceof Ended ? signal.reason.state : "failed";
}

/** Gathers, renders, and runs the agent. */
async function wake(
  shop: Workshop,
  job: Job,
  settings: SessionType,
  log: SessionLog,
  abort: AbortController,
): Promise<AgentResult> {
  const gathering = await gather(shop, job, settings, false);
  const runtime = await chooseAgent(shop, settings);
  const prompts = renderPrompts(shop.templates, gathering, shop.home.path, runtime.id);
  const { reason } = abort.signal;
  if (reason instanceof Ended && reason.state === "cancelled") throw reason;
  if (shop.stopping.aborted) throw new NotBegun();
  shop.queue.move(job.id, "running", { agent: runtime.id });
  shop.moved(job, "running");
  const request = {
    session: job.id,
    systemPrompt: prompts.system,
    userPrompt: prompts.user,
    cwd: shop.home.path,
    maxTurns: job.maxTurns ?? settings.maxTurns,
    tools: settings.tools,
    closed: settings.closed,
    ...(settings.model !== undefined && { model: settings.model }),
  };
  const limits = { wallClock: settings.wallClock, idle: settings.idle, grace: shop.settings.grace };
  let last: AgentEvent | undefined;
  for await (const event of runWithin(runtime, request, limits, abort)) {
    log.write(event);
    last = event;
  }
  if (last?.type !== "end") return log.end(failedResult("the agent ended without a result"));
  const { type: _, ...result } = last;
  return result;
}
