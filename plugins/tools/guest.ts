import { settledWithin } from "hearth";
import { type AgentTool, type ToolCaller, ToolRefusal } from "./contract";

/** Notices of one guest at the most: who is refused again and again does not fill the disk. */
const MOST_NOTES = 2000;
/** Seconds that calls get to end when their guest goes. */
const LAST_WAIT = 2;

export interface GuestOptions {
  readonly caller: Pick<ToolCaller, "session" | "audience">;
  /** Names and effects of the tools that it may use. */
  readonly allowed: readonly string[];
  /** Aborted when it has to end. */
  readonly signal?: AbortSignal;
  /** Hears of each call. */
  note(text: string): void;
}

/** How many calls a guest may make. */
export interface Bounds {
  readonly calls: number;
  readonly atOnce: number;
}

/** A call that has begun. Disposed of when it is over. */
export interface Begun extends Disposable {
  /** Calls of this tool before it. */
  readonly before: number;
  /** The tool said no: it does not count. */
  takeBack(): void;
}

/** Somebody who may call tools: a session's agent, or a person. Counts its calls, and is gone at one moment for all of them. */
export class Guest {
  readonly #gone = new AbortController();
  readonly #calls = new Map<string, number>();
  readonly #work = new Set<Promise<unknown>>();
  #all = 0;
  #running = 0;
  #notes = 0;
  readonly signal: AbortSignal;

  constructor(readonly options: GuestOptions) {
    const { signal } = options;
    this.signal = signal ? AbortSignal.any([signal, this.#gone.signal]) : this.#gone.signal;
  }

  get isPerson(): boolean {
    return this.options.caller.session === undefined;
  }

  /** @throws ToolRefusal when it has made too many calls, or too many of them run */
  begin({ name, perSession = Number.POSITIVE_INFINITY }: AgentTool, { calls, atOnce }: Bounds): Begun {
    const before = this.#calls.get(name) ?? 0;
    if (this.#all >= calls)
      throw new ToolRefusal(`All ${calls} calls of this session are used up. Go on without tools.`);
    if (before >= perSession)
      throw new ToolRefusal(`${name} can be used ${times(perSession)} in a session, and was. Go on without it.`);
    if (this.#running >= atOnce)
      throw new ToolRefusal(`${atOnce} calls run already, and no more may run at a time. Wait until one is over.`);
    this.#all++;
    this.#running++;
    this.#calls.set(name, before + 1);
    return {
      before,
      takeBack: () => void this.#calls.set(name, this.#calls.get(name)! - 1),
      [Symbol.dispose]: () => void this.#running--,
    };
  }

  /** Takes note of work that is done for it, so that its end can be waited for. */
  follow<T>(work: Promise<T>): Promise<T> {
    const known = work.catch(() => {}).finally(() => this.#work.delete(known));
    this.#work.add(known);
    return work;
  }

  note(text: string): void {
    if (this.#gone.signal.aborted || ++this.#notes > MOST_NOTES) return;
    this.options.note(this.#notes === MOST_NOTES ? "further calls of tools are not written down" : text);
  }

  /** Ends all of its calls; waits for them, but not for long. */
  async leave(): Promise<void> {
    this.#gone.abort(new Error("the session is over"));
    await settledWithin(Promise.all(this.#work), LAST_WAIT * 1000);
  }
}

const times = (count: number): string => (count === 1 ? "once" : `${count} times`);
