import { messageOf } from "hearth";
import type { AgentEvent, AgentResult } from "hearth-plugins/sessions";

/** The counts of a run that no model took part in. */
export const forNothing = {
  costUsd: 0,
  usage: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
} as const satisfies Partial<AgentResult>;

/** What a run without its bookkeeping yields: everything but `end`, and at last its final text. Throws when the run failed. */
export type Work = AsyncGenerator<Exclude<AgentEvent, { type: "end" }>, string>;

/**
 * Passes the events of a run on with a pause after each, and ends it with exactly one `end`. Never throws.
 * When the signal is aborted, nothing further is done, and `end` says why.
 * @param pace seconds
 */
export async function* paced(work: Work, pace: number, signal: AbortSignal): AsyncGenerator<AgentEvent> {
  const from = performance.now();
  let turns = 1;
  const end = (rest: Pick<AgentResult, "ok" | "text" | "error">): AgentEvent => ({
    type: "end",
    turns,
    durationMs: Math.round(performance.now() - from),
    ...forNothing,
    ...rest,
  });
  try {
    for (let step = await work.next(); ; step = await work.next()) {
      if (step.done) return yield end({ ok: true, text: step.value });
      if (step.value.type === "tool") turns += 1;
      yield step.value;
      await pause(pace, signal);
    }
  } catch (error) {
    yield end({ ok: false, text: "", error: messageOf(error) });
  } finally {
    await work.return("");
  }
}

/** Waits; throws the signal's reason when it is aborted, before or meanwhile. */
async function pause(seconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (seconds === 0) return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = () => reject(signal.reason);
  const timer = setTimeout(resolve, seconds * 1000);
  signal.addEventListener("abort", stop, { once: true });
  await promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  });
}
