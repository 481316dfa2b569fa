import { type Command, type CommandIo, UsageError } from "hearth";
import { shownTime } from "./day";
import type { Diary } from "./diary";
import type { Drawer } from "./drawer";
import { impulseLines, statusText, type Wording } from "./tools";

/** `hearth appointments` */
export const appointmentsCommand = (diary: Diary, wording: Wording): Command => ({
  id: "appointments",
  usage: "[cancel]",
  summary: "when the agent has itself woken, and what became of it; cancel calls off what waits",
  alone: true,
  run(args, io) {
    if (args.length === 1 && args[0] === "cancel") return cancel(diary, wording, io);
    if (args.length > 0) throw new UsageError("appointments takes cancel or nothing");
    io.print(statusText(diary, wording));
    for (const { id, at, state, text } of diary.list())
      if (state !== "waiting") io.print(`${id}  ${shownTime(new Date(at!), wording.timeZone)}  ${state}  ${text}`);
  },
});

function cancel(diary: Diary, { timeZone }: Wording, io: CommandIo): void {
  const errand = diary.cancel();
  io.print(errand ? `the appointment at ${shownTime(new Date(errand.at!), timeZone)} is called off` : "none waits");
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
