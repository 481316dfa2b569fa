import { messageOf, settledWithin } from "hearth";
import type { AgentEvent, AgentRequest, AgentResult, AgentRuntime } from "./agent";

/** Why a run was ended from outside. */
export class Ended extends Error {
  constructor(
    readonly state: "timed_out" | "cancelled" | "interrupted" | "budget_stopped",
    message: string,
  ) {
    super(message);
  }
}

/** Seconds. */
export interface RunLimits {
  readonly wallClock: number;
  readonly idle: number;
  /** That a runtime gets to end everything after it was told to. */
  readonly grace: number;
}

const nothing: Omit<AgentResult, "ok" | "error"> = {
  text: "",
  turns: 0,
  durationMs: 0,
  costUsd: 0,
  usage: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
};

/** A result for a run that did not come to one. */
export const failedResult = (error: string): AgentResult => ({ ...nothing, ok: false, error });

/**
 * Runs an agent within its limits: by the wall clock, and by silence. Yields exactly one `end`, as the last event,
 * whatever the runtime does: throws, ends without a word, or does not heed its signal. A reader who leaves early ends the run.
 */
export async function* runWithin(
  runtime: AgentRuntime,
  request: Omit<AgentRequest, "signal">,
  limits: RunLimits,
  abort: AbortController,
): AsyncGenerator<AgentEvent> {
  const { signal } = abort;
  const end = (text: string) => abort.abort(new Ended("timed_out", text));
  const wall = setTimeout(end, limits.wallClock * 1000, `it ran longer than ${limits.wallClock} s`);
  let idle = setTimeout(() => {});
  const alive = () => {
    clearTimeout(idle);
    idle = setTimeout(end, limits.idle * 1000, `it gave no sign of life for ${limits.idle} s`);
  };
  let events: AsyncIterator<AgentEvent> | undefined;
  let over = false;
  let heard = true;
  try {
    events = runtime.run({ ...request, signal })[Symbol.asyncIterator]();
    for (;;) {
      alive();
      const next = await nextWithin(events, signal, limits.grace);
      over = next.done === true || next.value.type === "end";
      yield next.done ? { type: "end", ...failedResult("the agent ended without a result") } : next.value;
      if (over) return;
    }
  } catch (error) {
    heard = false;
    yield { type: "end", ...failedResult(messageOf(error)) };
  } finally {
    clearTimeout(wall);
    clearTimeout(idle);
    if (!over && heard) abort.abort(new Error("nobody hears it any more"));
    if (events && heard) await leave(events, limits.grace);
  }
}

/** Lets a runtime undo what it has begun, within its grace. */
async function leave(events: AsyncIterator<AgentEvent>, grace: number): Promise<void> {
  const left = (async () => events.return?.())();
  await settledWithin(left, grace * 1000);
}

/** The next event; rejects when the runtime has not ended within its grace after the signal. */
async function nextWithin(
  events: AsyncIterator<AgentEvent>,
  signal: AbortSignal,
  grace: number,
): Promise<IteratorResult<AgentEvent>> {
  let timer: Timer | undefined;
  let onAbort = () => {};
  const givenUp = new Promise<never>((_, reject) => {
    onAbort = () => {
      const reason = signal.reason instanceof Error ? signal.reason.message : "it was ended";
      timer = setTimeout(
        () => reject(new Error(`${reason}; it did not end within ${grace} s and was left behind`)),
        grace * 1000,
      );
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([events.next(), givenUp]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}
