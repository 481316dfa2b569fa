import type { Activity } from "./activity";
import { messageOf } from "./errors";
import { order } from "./graph";
import type { Logger } from "./log";
import { waits } from "./slots";
import type { Held, Hook } from "./tokens";

/** How one hook of a run ended; "unfinished" when Hearth stopped first. */
export type HookState = "done" | "failed" | "skipped" | "unfinished";

/** How one hook of a run went. */
export interface Outcome {
  readonly id: string;
  /** The plugin whose hook it is. */
  readonly by: string;
  readonly state: HookState;
  /** ISO time at which its first attempt started, or at which it was skipped. */
  readonly at: string;
  /** Milliseconds over all attempts. */
  readonly ms: number;
  readonly attempts: number;
  /** The hook's own note, the error, or why it was skipped. */
  readonly note?: string;
}

/** What became of a pipeline's run. */
export interface Report {
  /** No hook failed, and none is unfinished. */
  readonly ok: boolean;
  /** Milliseconds from the start of the first hook to the end of the last. */
  readonly ms: number;
  readonly outcomes: readonly Outcome[];
}

export interface RunOptions {
  /** Names the run: its outcomes are kept on disk, and a later run under the same name goes on where this one ended. */
  readonly key?: string;
  /** Runs this one hook again, whatever became of it before. */
  readonly only?: string;
}

/** Remembers the outcomes of named runs. */
export interface Journal {
  /** What is known of a run: final outcomes only. */
  outcomes(pipeline: string, key: string): Outcome[];
  /** The latest outcome of a hook over all runs. */
  last(pipeline: string, hook: string): Outcome | undefined;
  write(pipeline: string, key: string, outcome: Outcome): void;
}

/** What a run needs from the kernel. */
export interface Runner {
  readonly activity: Activity;
  readonly journal: Journal;
  /** Seconds for a hook without a limit of its own. */
  readonly limit: number;
  log(plugin: string): Logger;
  /** Aborted when the plugin's running work must be cut off. */
  cut(plugin: string): AbortSignal;
}

/** The first pause before a failed attempt is tried again, in ms; it doubles. */
const FIRST_PAUSE = 250;

/**
 * Runs the hooks of a pipeline as a graph: each starts the moment those it waits for are over.
 * Never throws. `by` is the plugin that runs it; when that one is cut off, no further hook starts.
 */
export async function runPipeline<T>(
  runner: Runner,
  by: string,
  pipeline: string,
  held: readonly Held<Hook<T>>[],
  input: T,
  { key, only }: RunOptions = {},
): Promise<Report> {
  const from = performance.now();
  const known = new Map(key ? runner.journal.outcomes(pipeline, key).map(outcome => [outcome.id, outcome]) : []);
  if (only) known.delete(only);
  const over = new Map<string, Promise<Outcome>>();
  const keep = (outcome: Outcome) => {
    try {
      if (key && outcome.state !== "unfinished") runner.journal.write(pipeline, key, outcome);
    } catch (error) {
      runner.log("kernel").error("an outcome could not be kept", { pipeline, run: key, error: messageOf(error) });
    }
    return outcome;
  };

  for (const { held: one } of order(held.map(one => ({ id: one.item.id, after: waits(one.item), held: one })))) {
    const before = known.get(one.item.id);
    const run = async () => keep(await runInTurn(runner, by, pipeline, one, input, over));
    if (before || !only || one.item.id === only) over.set(one.item.id, before ? Promise.resolve(before) : run());
  }
  const outcomes = await Promise.all(over.values());
  const bad = (state: HookState) => state === "failed" || state === "unfinished";
  return { ok: !outcomes.some(({ state }) => bad(state)), ms: since(from), outcomes };
}

const since = (from: number) => Math.round((performance.now() - from) * 10) / 10;

/** Waits for those before it, then runs the hook, or says why not. */
async function runInTurn<T>(
  runner: Runner,
  by: string,
  pipeline: string,
  { by: owner, item: hook }: Held<Hook<T>>,
  input: T,
  over: ReadonlyMap<string, Promise<Outcome>>,
): Promise<Outcome> {
  const before = waits(hook).map(id => over.get(id));
  await Promise.all(before);
  const base = { id: hook.id, by: owner, at: new Date().toISOString(), ms: 0, attempts: 0 };
  if (runner.cut(by).aborted || runner.cut(owner).aborted) return { ...base, state: "unfinished" };
  const needed = await Promise.all((hook.needs ?? []).map(id => over.get(id)));
  if (needed.some(outcome => outcome?.state === "unfinished")) return { ...base, state: "unfinished" };
  const because = (await unmetNeed(hook, over)) ?? refusal(hook, input);
  if (because) return { ...base, state: "skipped", note: because };
  const outcome = { ...base, ...(await attempt(runner, by, owner, hook, input)) };
  tell(runner.log(owner), pipeline, outcome);
  return outcome;
}

/** The first need that did not succeed, as a sentence. */
async function unmetNeed(hook: Hook<any>, over: ReadonlyMap<string, Promise<Outcome>>): Promise<string | undefined> {
  for (const need of hook.needs ?? []) {
    const outcome = await over.get(need);
    if (!outcome) return `it needs "${need}", which is not there`;
    if (outcome.state !== "done") return `it needs "${need}", which is ${outcome.state}`;
  }
  return undefined;
}

function refusal<T>(hook: Hook<T>, input: T): string | undefined {
  try {
    return hook.unless?.(input);
  } catch (error) {
    return `its \`unless\` threw: ${messageOf(error)}`;
  }
}

/** Tries a hook until it succeeds or its retries are used up. */
async function attempt<T>(
  runner: Runner,
  by: string,
  owner: string,
  hook: Hook<T>,
  input: T,
): Promise<Pick<Outcome, "state" | "ms" | "attempts"> & { note?: string }> {
  const from = performance.now();
  const cut = AbortSignal.any([runner.cut(by), runner.cut(owner)]);
  const tries = 1 + (hook.retries ?? 0);
  for (let attempts = 1; ; attempts++) {
    try {
      const note = await once(runner, owner, hook, input, cut);
      return { state: "done", ms: since(from), attempts, ...(note && { note }) };
    } catch (error) {
      if (cut.aborted) return { state: "unfinished", ms: since(from), attempts };
      if (attempts >= tries) return { state: "failed", ms: since(from), attempts, note: messageOf(error) };
    }
    await pause(FIRST_PAUSE * 2 ** (attempts - 1), cut);
    if (cut.aborted) return { state: "unfinished", ms: since(from), attempts };
  }
}

/** One attempt within its time limit. A hook that does not heed its signal is left behind, and named when its plugin stops. */
async function once<T>(runner: Runner, owner: string, hook: Hook<T>, input: T, cut: AbortSignal) {
  const seconds = hook.limit ?? runner.limit;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error(`it took more than ${seconds} s`)), seconds * 1000);
  const signal = AbortSignal.any([cut, late.signal]);
  const aborted = Promise.withResolvers<never>();
  const stop = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  try {
    const work = runner.activity.track(
      owner,
      `hook ${hook.id}`,
      start(() => hook.run(input, signal)),
    );
    if (signal.aborted) stop();
    return await Promise.race([work, aborted.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop); // With its listener the signal would live as long as its plugin.
  }
}

/** Calls at once, and turns what it throws into a rejection. */
async function start<R>(work: () => R | Promise<R>): Promise<R> {
  return work();
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const over = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", over);
      resolve();
    };
    const timer = setTimeout(over, ms);
    signal.addEventListener("abort", over, { once: true });
  });
}

function tell(log: Logger, pipeline: string, { id, state, ms, attempts, note }: Outcome): void {
  const fields = { pipeline, hook: id, ms, ...(attempts > 1 && { attempts }), ...(note && { note }) };
  if (state === "done") log.debug("hook done", fields);
  else log.warn(`hook ${state}`, fields);
}
