import { stat } from "node:fs/promises";
import { appendLines, boundedText, type Clock, type Home, Turns } from "hearth";
import { zonedIso } from "hearth-plugins/content";
import { agentTool, ToolRefusal } from "hearth-plugins/tools";
import { z } from "zod";
import { THREAD_FILE } from "./thread";

/** Characters of one entry at the most, and entries of one session. */
const LONGEST = 2000;
const PER_SESSION = 20;
const DAY = 86_400_000;

const Input = z.strictObject({
  body: boundedText(1, LONGEST).describe("What you say to yourself. The next sessions read its first 280 characters"),
  type: z
    .string()
    .regex(/^[a-z][a-z _-]{0,38}$/)
    .default("thought")
    .describe('What it is, in a word: "thought", "question", "image", "worry", …'),
});

export interface AppendOptions {
  readonly home: Home;
  readonly clock: Clock;
  readonly timeZone: string;
  /** The date that counts as day 1, `YYYY-MM-DD`. */
  readonly firstDay: string;
}

/** The tool `thread_append`: a line more of the inner thread, with the day and the session it comes from. */
export function appendTool(options: AppendOptions) {
  const turns = new Turns(1, 100, () => new ToolRefusal("Too many entries at a time; try again."));
  return agentTool({
    name: "thread_append",
    description:
      "Adds an entry to your inner thread, which each of your later sessions is shown the end of. Use it for what should go on in you: a question you stay with, an image, something you decided. Nobody else reads it.",
    input: Input,
    effect: "self",
    perSession: PER_SESSION,
    async run({ body, type }, { session }) {
      if (!session) throw new ToolRefusal("The inner thread is the agent's own: only its sessions write it.");
      if (body.trim() === "") throw new ToolRefusal("The entry has no words.");
      const at = options.clock.now();
      const day = dayOf(at, options);
      const entry = { body: body.trim(), type, ...(day > 0 && { day }), session: session.type, ts: at.toISOString() };
      await turns.take(() => append(options.home, `${JSON.stringify(entry)}\n`));
      return "It is in your inner thread.";
    },
  });
}

/** Which day of the agent's life it is in the house's zone; the first is 1. */
function dayOf(at: Date, { timeZone, firstDay }: AppendOptions): number {
  const today = zonedIso(at, timeZone).slice(0, 10);
  return Math.round((Date.parse(today) - Date.parse(firstDay)) / DAY) + 1;
}

/** Appends a line of its own, also where the line before it has no end. @throws ToolRefusal for what is no file */
async function append(home: Home, line: string): Promise<void> {
  const path = await home.resolve(THREAD_FILE);
  await appendLines(path, (await isTorn(path)) ? `\n${line}` : line);
}

async function isTorn(path: string): Promise<boolean> {
  const info = await stat(path).catch(absent);
  if (info && !info.isFile()) throw new ToolRefusal(`${THREAD_FILE} is not a file: nothing can be added to it`);
  if (!info || info.size === 0) return false;
  return (
    (await Bun.file(path)
      .slice(info.size - 1, info.size)
      .text()) !== "\n"
  );
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === "ENOENT") return;
  throw error;
}
