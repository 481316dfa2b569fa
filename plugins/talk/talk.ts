import { type CommandIo, codePoints, messageOf } from "hearth";
import { type TalkDoor, TalkLost } from "./door";
import { LONGEST, type Turn } from "./shapes";

/** What a program answers that somebody has interrupted. */
const INTERRUPTED = 130;

/** Where a person sits. */
export interface Terminal {
  /** What the person types. */
  readonly lines: AsyncIterator<string>;
  /** Shows that it is the person's turn. */
  ask(): void;
}

/** Talks until the person ends it; answers the exit code. */
export async function talk(door: TalkDoor, { lines, ask }: Terminal, io: CommandIo): Promise<number> {
  io.print("A talk with the agent. /end or Ctrl-D ends it.");
  let after: string | undefined;
  for (;;) {
    ask();
    const { done, value } = await Promise.race([lines.next(), gone(io.signal)]);
    if (io.signal.aborted) return INTERRUPTED;
    if (done || value.trim() === "/end") break;
    if (!isSayable(value, io)) continue;
    try {
      const turn = await turnOf(door, value.trim(), after, io);
      if (turn === undefined) return INTERRUPTED;
      if (turn.state === "done") after = turn.session_id;
    } catch (error) {
      if (!(error instanceof TalkLost)) throw error;
      io.print(`The talk cannot go on: ${messageOf(error)}. What you say now begins a new one.`);
      after = undefined;
    }
  }
  io.print("The talk is over.");
  return 0;
}

function isSayable(line: string, io: CommandIo): boolean {
  const length = codePoints(line.trim());
  if (length > LONGEST) io.print(`That has ${length} characters, and a turn takes ${LONGEST}; say it in parts.`);
  return length > 0 && length <= LONGEST;
}

/** Says something and prints what comes back; nothing when the person has interrupted it, which ends the agent. */
async function turnOf(
  door: TalkDoor,
  text: string,
  after: string | undefined,
  io: CommandIo,
): Promise<Turn | undefined> {
  const { session_id: id, ahead } = await door.say(text, after);
  if (ahead > 0) io.print(`(${ahead === 1 ? "another session goes" : `${ahead} sessions go`} before this)`);
  const turn = await Promise.race([door.answer(id, io.signal), gone(io.signal)]);
  if ("done" in turn || io.signal.aborted) return void (await door.cancel(id));
  for (const line of linesOf(turn)) io.print(line);
  return turn;
}

function linesOf({ session_id: id, state, answer, error }: Turn): string[] {
  const words = answer?.trim() ? [answer.trim()] : [];
  if (state === "done") return words.length > 0 ? words : ["(it said nothing)"];
  const why = `(${state}${error ? `: ${error}` : ""})`;
  const next =
    state === "budget_stopped" ? [`(\`hearth session ${id} resume\` lets it go on, once the budget is raised)`] : [];
  return [...words, why, ...next];
}

const gone = (signal: AbortSignal): Promise<IteratorReturnResult<undefined>> =>
  new Promise(resolve => {
    const end = () => resolve({ done: true, value: undefined });
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
  });
