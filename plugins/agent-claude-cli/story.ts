import type { AgentEvent, AgentResult } from "hearth-plugins/sessions";
import type { Meaning } from "./events";
import { nothingTold, type Told } from "./result";

/** How the process of a run ended. */
export interface Exit {
  readonly code?: number;
  readonly stderr: string;
  /** Why the run was ended from outside, or could not begin. */
  readonly reason?: string;
  /** Processes that not even KILL ended. */
  readonly left: readonly number[];
}

/** Keeps the order that a run promises: one `start` first, one `end` last, whatever the CLI said or left unsaid. */
export class Story {
  #started = false;
  #told: Told | undefined;
  #held: AgentEvent[] = [];

  /** @param first what to say when the CLI dies before it says it */
  constructor(readonly first: Extract<AgentEvent, { type: "start" }>) {}

  /** The CLI has told its result: only its exit is left to come. */
  get isTold(): boolean {
    return this.#told !== undefined;
  }

  /** The events to pass on now. What comes before the start is held until it. */
  take({ events, told }: Meaning): AgentEvent[] {
    this.#told = told ?? this.#told;
    return events.flatMap(event => this.#ordered(event));
  }

  /** The last events. */
  end(exit: Exit, durationMs: number): AgentEvent[] {
    const start = this.#started ? [] : this.#ordered(this.first);
    return [...start, { type: "end", ...resultOf(this.#told, exit, durationMs) }];
  }

  #ordered(event: AgentEvent): AgentEvent[] {
    if (event.type !== "start" && this.#started) return [event];
    if (event.type !== "start") {
      this.#held.push(event);
      return [];
    }
    if (this.#started) return []; // The CLI repeats its init with each turn.
    this.#started = true;
    return [event, ...this.#held.splice(0)];
  }
}

function resultOf(told: Told = nothingTold, exit: Exit, durationMs: number): AgentResult {
  const error = told.ok ? undefined : (exit.reason ?? told.error ?? withoutResult(exit));
  const left = exit.left.length > 0 ? `these processes could not be ended: ${exit.left.join(", ")}` : undefined;
  const { error: _, ...rest } = told;
  const errors = [error, left].filter(text => text !== undefined);
  return {
    ...rest,
    ...(errors.length > 0 && { error: errors.join("; ") }),
    durationMs: Math.round(durationMs),
    ...(exit.code !== undefined && { exitCode: exit.code }),
    ...(exit.stderr && { stderr: exit.stderr }),
  };
}

function withoutResult({ code, stderr }: Exit): string {
  const last = stderr.split("\n").at(-1);
  return `the Claude CLI ended without a result (exit code ${code ?? "none"})${last ? `: ${last}` : ""}`;
}
