import { didYouMean, type Logger, messageOf } from "hearth";
import { isAllowed } from "./allowed";
import { type AgentTool, type ToolCaller, ToolRefusal } from "./contract";
import { misfit, takenBy } from "./described";
import type { Bounds, Guest } from "./guest";

/** Seconds that a call may take when its tool says nothing else. */
export const LIMIT = 30;
/** Characters of a name that nobody knows which are told again. */
const NAME = 60;

/** What a call came to. */
export interface Outcome {
  readonly text: string;
  readonly isError: boolean;
}

export interface DeskOptions {
  readonly tools: () => readonly AgentTool[];
  /** `answer`: characters of one at the most. */
  readonly bounds: Bounds & { readonly answer: number };
  /** Takes secrets out of a text. */
  readonly redact: (text: string) => string;
  readonly log: Logger;
  readonly track: <T>(what: string, work: Promise<T>) => Promise<T>;
}

/** The time of a tool is up. */
class Late extends Error {}

/** Where tools are called: checks what goes in, bounds the call, and tells how it went. */
export class Desk {
  constructor(readonly options: DeskOptions) {}

  /** The tools that a guest may use. */
  offered({ options }: Guest): readonly AgentTool[] {
    return this.options.tools().filter(tool => isAllowed(tool, options.allowed));
  }

  /** Never throws. @param gone aborted when who called does not wait any more */
  async call(guest: Guest, name: string, input: unknown, gone: AbortSignal): Promise<Outcome> {
    const from = performance.now();
    const offered = this.offered(guest);
    const tool = offered.find(one => one.name === name);
    const ended = guest.called(shortOf(name), input);
    const outcome = await this.#outcome(guest, tool ?? unknown(name, offered), input, gone);
    const text = this.options.redact(outcome.text);
    const told = cut(text, this.options.bounds.answer);
    ended(told, outcome.isError);
    guest.note(this.#notice(tool, name, input, { ...outcome, text }, performance.now() - from));
    return { ...outcome, text: told };
  }

  /** @param tool what it is, or what is to be said of a tool that nobody has */
  async #outcome(guest: Guest, tool: AgentTool | Outcome, input: unknown, gone: AbortSignal): Promise<Outcome> {
    if (!guest.count(this.options.bounds)) return usedUp(this.options.bounds);
    return "run" in tool ? this.#answer(tool, guest, input, gone) : tool;
  }

  async #answer(tool: AgentTool, guest: Guest, input: unknown, gone: AbortSignal): Promise<Outcome> {
    try {
      const read = await takenBy(tool).schema.safeParseAsync(input);
      if (!read.success) return refused(`What ${tool.name} was called with does not fit:\n${misfit(read.error)}`);
      if (tool.effect === "out" && this.#hasSecret(read.data))
        return refused("What you send holds something that looks like a key or a password. Leave it out.");
      return { text: await this.#run(tool, guest, read.data, gone), isError: false };
    } catch (error) {
      return this.#said(tool, guest, error);
    }
  }

  async #run(tool: AgentTool, guest: Guest, input: unknown, gone: AbortSignal): Promise<string> {
    using call = guest.begin(tool, this.options.bounds);
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new Late()), (tool.limit ?? LIMIT) * 1000);
    const signal = AbortSignal.any([guest.signal, gone, late.signal]);
    const caller: ToolCaller = { ...guest.options.caller, calls: call.before, signal };
    try {
      const work = guest.follow(Promise.try(() => tool.run(input as never, caller)));
      const answer = await Promise.race([this.options.track(`the tool ${tool.name}`, work), aborted(signal)]);
      if (typeof answer !== "string") throw new TypeError(`${tool.name} answered ${typeof answer} instead of a text`);
      return answer || "(nothing)";
    } catch (error) {
      if (error instanceof ToolRefusal) call.takeBack();
      throw late.signal.aborted ? late.signal.reason : error;
    } finally {
      clearTimeout(timer);
    }
  }

  #hasSecret(input: unknown): boolean {
    return textsIn(input).some(text => this.options.redact(text) !== text);
  }

  /** What went wrong, as the caller reads it; what is inside the house stays there. */
  #said(tool: AgentTool, guest: Guest, error: unknown): Outcome {
    if (error instanceof ToolRefusal) return refused(error.message);
    const perhaps = tool.effect === "read" ? "" : " It may have done its work all the same: look before you try again.";
    if (error instanceof Late)
      return refused(`${tool.name} took longer than ${tool.limit ?? LIMIT} seconds and was ended.${perhaps}`);
    if (guest.signal.aborted) return refused("The session is over.");
    const fault = crypto.randomUUID().slice(0, 8);
    const session = guest.options.caller.session?.id;
    this.options.log.error("a tool failed", { tool: tool.name, session, fault, error: messageOf(error) });
    return refused(
      `${tool.name} failed: a fault of the house, not of yours. Its keeper finds it in the log as ${fault}.${perhaps}`,
    );
  }

  /** What the session's log says of a call: of words only those that everyone may see. */
  #notice(tool: AgentTool | undefined, name: string, input: unknown, { text, isError }: Outcome, ms: number): string {
    const how = isError ? "refused" : `answered ${text.length} characters`;
    const words = tool?.shown ? `: ${cut(this.options.redact(JSON.stringify(input) ?? ""), LONGEST_WORDS)}` : "";
    const why = tool?.shown && isError ? ` (${cut(text, LONGEST_WORDS)})` : "";
    return `tool ${tool?.name ?? shortName(name)} ${how} in ${Math.round(ms)} ms${words}${why}`;
  }
}

/** Characters of what goes in and out that the log of a session shows. */
const LONGEST_WORDS = 500;

const refused = (text: string): Outcome => ({ text, isError: true });

const usedUp = ({ calls }: Bounds): Outcome =>
  refused(`All ${calls} calls of this session are used up. Go on without tools.`);

const shortOf = (name: string): string => name.slice(0, NAME).toWellFormed();
const shortName = (name: string): string => JSON.stringify(shortOf(name));

function unknown(name: string, offered: readonly AgentTool[]): Outcome {
  const names = offered.map(tool => tool.name);
  const known = names.length > 0 ? `There are: ${names.join(", ")}.` : "There are none here.";
  return refused(`There is no tool ${shortName(name)} for you.${didYouMean(name.slice(0, NAME), names)} ${known}`);
}

/** All texts in a value of JSON. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** Rejects when the signal is aborted. */
const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });

/** A text of so many characters at the most, and how much is missing. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most).toWellFormed()}\n[${text.length - most} more characters were cut off; ask for less]`;
}
