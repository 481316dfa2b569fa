import { isAbsolute } from "node:path";
import { type Command, type CommandIo, messageOf, UsageError } from "hearth";
import { zonedMinute } from "hearth-plugins/content";
import { ToolRefusal } from "hearth-plugins/tools";
import type { Diary } from "./diary";
import type { Drawer } from "./drawer";
import { readOldSchedule } from "./old-schedule";
import { impulseLines, statusText, type Wording } from "./tools";

/** `hearth appointments` */
export const appointmentsCommand = (diary: Diary, wording: Wording): Command => ({
  id: "appointments",
  usage: "[cancel | import <self-schedule.json>]",
  summary:
    "when the agent has itself woken, and what became of it; cancel calls off what waits; import takes over that of the original",
  alone: true,
  async run(args, io) {
    const [what, file] = args;
    if (args.length === 1 && what === "cancel") return cancel(diary, wording, io);
    if (args.length === 2 && what === "import") return takeOver(file!, diary, wording, io);
    if (args.length > 0) throw new UsageError("appointments takes cancel, import and a file, or nothing");
    io.print(statusText(diary, wording));
    for (const { id, at, state, text } of diary.list())
      if (state !== "waiting") io.print(`${id}  ${zonedMinute(new Date(at!), wording.timeZone)}  ${state}  ${text}`);
  },
});

function cancel(diary: Diary, { timeZone }: Wording, io: CommandIo): void {
  const errand = diary.cancel();
  io.print(errand ? `the appointment at ${zonedMinute(new Date(errand.at!), timeZone)} is called off` : "none waits");
}

/** What is past is told, and left. */
async function takeOver(file: string, diary: Diary, { timeZone, clock }: Wording, io: CommandIo): Promise<void> {
  if (!isAbsolute(file))
    throw new UsageError(`"${file}" must be a whole path, as "$PWD/${file}": the daemon does not know this folder`);
  const old = await readOldSchedule(file, timeZone);
  const shown = `the appointment at ${zonedMinute(old.at, timeZone)} (${old.reason})`;
  if (old.at <= clock.now()) return io.print(`${shown} is past, and was left`);
  try {
    diary.takeOver(old);
  } catch (error) {
    throw error instanceof ToolRefusal ? new ToolRefusal(`${messageOf(error)}; nothing was imported`) : error;
  }
  io.print(`${shown} was taken over`);
}

/** `hearth impulses` */
export const impulsesCommand = (drawer: Drawer, wording: Wording): Command => ({
  id: "impulses",
  usage: "[done <number>]",
  summary: "what the agent wants to do some time; done takes one out",
  alone: true,
  async run(args, io) {
    if (args.length > 0) drawer.done(numberIn(args));
    for (const line of impulseLines(await drawer.list(), wording)) io.print(line);
  },
});

function numberIn([what, number = "", ...more]: readonly string[]): number {
  if (what === "done" && /^\d{1,15}$/.test(number) && more.length === 0) return Number(number);
  throw new UsageError("impulses takes done and a number, or nothing");
}
