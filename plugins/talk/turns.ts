import type { Clock, Hook } from "hearth";
import { isOver, type Session, type SessionChange, type Sessions, type Ticket } from "hearth-plugins/sessions";
import type { Turn } from "./shapes";

/** The type of a turn's session, and who orders it. */
const TYPE = "talk";
const JOB = "talk";
/** Answers that are kept for those who have not asked yet. */
const KEPT = 100;

export interface TurnsOptions {
  readonly sessions: Sessions;
  readonly clock: Clock;
}

/** The turns of talks: each is a session that goes on with that of the turn before. */
export class TalkTurns {
  readonly #options: TurnsOptions;
  readonly #ended = new Map<string, Pick<Turn, "state" | "answer" | "error">>();
  readonly #waiting = new Map<string, Set<() => void>>();

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /** Takes what the agent said as soon as it has ended, while other hooks still run. */
  hook(): Hook<Session> {
    return {
      id: "talk",
      unless: ({ id }) => (this.#isTurn(id) ? undefined : "nobody at a terminal waits for it"),
      run: ({ id, state, result }) => {
        this.#ended.set(id, { state, answer: result.text, error: result.error ?? null });
        if (this.#ended.size > KEPT) this.#ended.delete(this.#ended.keys().next().value!);
        this.#tell(id);
      },
    };
  }

  /** Hears of sessions that never came to their hooks. */
  sessionChanged({ id, state }: SessionChange): void {
    if (isOver(state)) this.#tell(id);
  }

  /** @throws HearthError MISSING when the talk cannot go on with that session */
  order(text: string, after: string | undefined): Ticket {
    return this.#options.sessions.wake({
      type: TYPE,
      job: JOB,
      message: { text },
      ...(after !== undefined && { resumes: after }),
    });
  }

  /** Where a turn stands; nothing when there is no such turn. */
  find(id: string): Turn | undefined {
    const record = this.#isTurn(id) ? this.#options.sessions.find(id) : undefined;
    if (!record) return;
    const ended = this.#ended.get(id);
    if (ended) return { session_id: id, over: true, ...ended };
    const over = isOver(record.state);
    return { session_id: id, state: record.state, over, answer: over ? "" : null, error: record.error };
  }

  /** Resolves when a turn is over, when so many seconds are, or when the signal is aborted. */
  async wait(id: string, seconds: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.find(id)?.over !== false) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = this.#waiting.get(id) ?? new Set();
    this.#waiting.set(id, waiting.add(resolve));
    signal.addEventListener("abort", () => resolve(), { once: true });
    const callOff = this.#options.clock.at(new Date(this.#options.clock.now().getTime() + seconds * 1000), resolve);
    await promise;
    callOff();
    waiting.delete(resolve);
    if (waiting.size === 0) this.#waiting.delete(id);
  }

  /** @throws HearthError MISSING when it neither waits nor runs */
  cancel(id: string): void {
    this.#options.sessions.cancel(id);
  }

  #isTurn(id: string): boolean {
    return this.#options.sessions.find(id)?.job === JOB;
  }

  #tell(id: string): void {
    for (const resolve of this.#waiting.get(id) ?? []) resolve();
  }
}
