import { type CommandIo, messageOf } from "hearth";
import { linesOf } from "./item-text";
import type { Decision } from "./quarantine";
import type { QuarantineDoor } from "./quarantine-door";
import type { QuarantineItem } from "./shapes";

const QUESTION = "r release · x reject · s skip · q quit";
type Wish = Decision | "skip" | "quit";
const wishes: Readonly<Record<string, Wish>> = {
  r: "release",
  release: "release",
  x: "reject",
  reject: "reject",
  s: "skip",
  skip: "skip",
  q: "quit",
  quit: "quit",
};

/** Goes through what waits, the oldest first, and does with each what the person says. @param lines what the person types */
export async function review(
  door: QuarantineDoor,
  io: CommandIo,
  lines: AsyncIterator<string> = console[Symbol.asyncIterator](),
): Promise<number> {
  const items = [...(await door.list("held"))].reverse();
  if (items.length === 0) io.print("nothing waits in the quarantine");
  for (const [at, item] of items.entries()) {
    io.print(`\n${at + 1} of ${items.length}`);
    for (const line of linesOf(item)) io.print(line);
    const wish = await askFor(lines, io);
    if (wish === "quit") return 0;
    if (wish !== "skip") await carryOut(door, item, wish, io);
  }
  return 0;
}

/** Asks until the answer is one. Who has gone, or types no more, wants to quit. */
async function askFor(lines: AsyncIterator<string>, io: CommandIo): Promise<Wish> {
  for (;;) {
    io.print(QUESTION);
    const { done, value } = await Promise.race([lines.next(), gone(io.signal)]);
    if (done) return "quit";
    const wish = wishes[value.trim().toLowerCase()];
    if (wish) return wish;
  }
}

const gone = (signal: AbortSignal): Promise<IteratorResult<string>> =>
  new Promise(resolve => {
    const end = () => resolve({ done: true, value: undefined });
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
  });

/** What cannot be done is said, and the next one comes. */
async function carryOut(
  door: QuarantineDoor,
  { id }: QuarantineItem,
  decision: Decision,
  io: CommandIo,
): Promise<void> {
  try {
    await door.decide(id, decision);
    io.print(decision === "release" ? "released" : "rejected");
  } catch (error) {
    io.print(messageOf(error));
  }
}
