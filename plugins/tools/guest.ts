import { settledWithin } from "hearth";
import { type AgentTool, type ToolCaller, ToolRefusal } from "./contract";

/** Calls of one guest that are told at the most: who is refused again and again does not fill the disk. */
const MOST_TOLD = 2000;
/** Calls of one tool that it may refuse without their counting against its number: who is refused more often is trying something out. */
const FORGIVEN = 10;
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
  /** Hears of each call as it begins; what it answers hears what that came to. */
  readonly called?: (tool: string, input: unknown) => Ended;
}

/** Hears what a call came to. */
export type Ended = (text: string, isError: boolean) => void;

/** How many calls a guest may make. */
export interface Bounds {
  readonly calls: number;
  readonly atOnce: number;
}

/** A call that has begun. Disposed of when it is over. */
export interface Begun extends Disposable {
  /** Calls of this tool before it. */
  readonly before: number;
  /** The tool said no: it does not count against the tool's number, unless it has said so too often. */
  takeBack(): void;
}

/** Somebody who may call tools: a session's agent, or a person. Counts its calls, and is gone at one moment for all of them. */
export class Guest {
  readonly #gone = new AbortController();
  readonly #calls = new Map<string, number>();
  readonly #refused = new Map<string, number>();
  readonly #work = new Set<Promise<unknown>>();
  #all = 0;
  #running = 0;
  #notes = 0;
  #told = 0;
  readonly signal: AbortSignal;

  constructor(readonly options: GuestOptions) {
    const { signal } = options;
    this.signal = signal ? AbortSignal.any([signal, this.#gone.signal]) : this.#gone.signal;
  }

  get isPerson(): boolean {
    return this.options.caller.session === undefined;
  }

  /** Counts a call, whatever comes of it; false when there were as many as may be. */
  count({ calls }: Bounds): boolean {
    if (this.#all >= calls) return false;
    this.#all++;
    return true;
  }

  /** @throws ToolRefusal when it has called this tool too often, or too many calls run */
  begin({ name, perSession = Number.POSITIVE_INFINITY }: AgentTool, { atOnce }: Bounds): Begun {
    const before = this.#calls.get(name) ?? 0;
    if (before >= perSession)
      throw new ToolRefusal(`${name} can be used ${times(perSession)} in a session, and was. Go on without it.`);
    if (this.#running >= atOnce)
      throw new ToolRefusal(`${atOnce} calls run already, and no more may run at a time. Wait until one is over.`);
    this.#running++;
    this.#calls.set(name, before + 1);
    return {
      before,
      takeBack: () => this.#takeBack(name),
      [Symbol.dispose]: () => void this.#running--,
    };
  }

  #takeBack(name: string): void {
    const refused = this.#refused.get(name) ?? 0;
    this.#refused.set(name, refused + 1);
    if (refused < FORGIVEN) this.#calls.set(name, this.#calls.get(name)! - 1);
  }

  /** Takes note of work that is done for it, so that its end can be waited for. */
  follow<T>(work: Promise<T>): Promise<T> {
    const known = work.catch(() => {}).finally(() => this.#work.delete(known));
    this.#work.add(known);
    return work;
  }

  note(text: string): void {
    if (this.#gone.signal.aborted || ++this.#notes > MOST_TOLD) return;
    this.options.note(this.#notes === MOST_TOLD ? "further calls of tools are not written down" : text);
  }

  /** Tells of a call that begins. Answers how to tell its end. */
  called(tool: string, input: unknown): Ended {
    const isTold = !this.#gone.signal.aborted && ++this.#told <= MOST_TOLD;
    return (isTold && this.options.called?.(tool, input)) || (() => {});
  }

  /** Ends all of its calls; waits for them, but not for long. */
  async leave(): Promise<void> {
    this.#gone.abort(new Error("the session is over"));
    await settledWithin(Promise.all(this.#work), LAST_WAIT * 1000);
  }
}

const times = (count: number): string => (count === 1 ? "once" : `${count} times`);
