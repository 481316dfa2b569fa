import { boundedText, type Clock, localDay } from "hearth";
import { zonedMinute } from "hearth-plugins/content";
import { type AgentTool, agentTool, ToolRefusal } from "hearth-plugins/tools";
import { z } from "zod";
import { urgencies } from "./contract";
import { type Diary, timeUntil } from "./diary";
import type { Drawer, Kept } from "./drawer";
import type { Errand } from "./errand";

/** What the words of the tools are made with. */
export interface Wording {
  readonly clock: Clock;
  readonly timeZone: string;
  readonly perDay: number;
}

const Schedule = z.strictObject({
  action: z
    .enum(["set", "status", "cancel"])
    .default("set")
    .describe('"set" makes the appointment, "status" tells what waits, "cancel" calls it off'),
  at: boundedText(1, 40)
    .optional()
    .describe('When: "HH:MM" is the next time that the house\'s clocks show it; or an ISO time, as "2026-11-21T14:30"'),
  in: boundedText(1, 20).optional().describe('Instead of "at": how long from now, as "1h30m" or "45m"'),
  reason: boundedText(1, 1000).optional().describe("What it is for; you are told it when you wake. Needed to set one"),
});

/** `schedule_self`: the agent makes an appointment with itself. */
export const scheduleTool = (diary: Diary, wording: Wording): AgentTool =>
  agentTool({
    name: "schedule_self",
    description:
      "Have yourself woken at a time of your choice, for a reason that you will be told then. One appointment waits at a time: a new one replaces it. It has to keep its distance from the fixed sessions of the day; when it does not, you are told which times are free. Answers when you will wake.",
    input: Schedule,
    effect: "self",
    run({ action, reason, ...asked }, { session }) {
      if (action === "status") return statusText(diary, wording);
      if (action === "cancel") return cancelText(diary.cancel(), wording);
      if (reason === undefined || reason.trim() === "") throw new ToolRefusal('say what it is for, in "reason"');
      const { set, replaced } = diary.set(asked, reason.trim().toWellFormed(), session?.id);
      const before = replaced ? ` It replaces the one at ${timeOf(replaced, wording)}.` : "";
      return `You will be woken at ${timeOf(set, wording)}, ${timeUntil(new Date(set.at!), wording.clock.now())}.${before}`;
    },
  });

/** What waits, and how many the day has left. */
export function statusText(diary: Diary, wording: Wording): string {
  const { clock, timeZone, perDay } = wording;
  const waiting = diary.waiting();
  const today = localDay(clock.now(), timeZone);
  const count = `${diary.usedOn(today)} of ${perDay} used today (${today}).`;
  if (!waiting) return `No appointment waits; ${count}`;
  return `${timeOf(waiting, wording)}, ${timeUntil(new Date(waiting.due_at!), clock.now())}: ${waiting.text}\n${count}`;
}

const cancelText = (errand: Errand | undefined, wording: Wording): string =>
  errand ? `The appointment at ${timeOf(errand, wording)} is called off.` : "No appointment waits.";

const timeOf = ({ at }: Errand, { timeZone }: Wording): string => zonedMinute(new Date(at!), timeZone);

const Add = z.strictObject({
  body: boundedText(1, 400).describe("What you want to do some time, in one sentence"),
  urgency: z.enum(urgencies).default("medium").describe("How much it presses"),
  expires_in_hours: z
    .number()
    .positive()
    .max(24 * 366)
    .optional()
    .describe("When it is over by itself; after some days when left out"),
});

/** `impulse_add`: the agent notes something that it wants to do some time. */
export const impulseTool = (drawer: Drawer, wording: Wording): AgentTool =>
  agentTool({
    name: "impulse_add",
    description:
      "Note something that you want to do some time. Each session is told how many impulses wait, and the strongest. One that presses may wake you by itself when no session sees to it. Answers its number.",
    input: Add,
    effect: "self",
    perSession: 10,
    run({ body, urgency, expires_in_hours: hours }, { session }) {
      const { id, expires_at, due_at } = drawer.add(body, urgency, hours, session?.id);
      const shown = (time: string) => zonedMinute(new Date(time), wording.timeZone);
      const wake = due_at === null ? "" : `; it wakes you at ${shown(due_at)} when nothing has come of it by then`;
      return `Impulse ${id} is noted (${urgency}), until ${shown(expires_at!)}${wake}.`;
    },
  });

const See = z.strictObject({
  done: z
    .int()
    .positive()
    .optional()
    .describe("The number of one that you have seen to, or let go: it waits no longer"),
});

/** `impulses`: what waits; and the word that one does not any more. */
export const impulsesTool = (drawer: Drawer, wording: Wording): AgentTool =>
  agentTool({
    name: "impulses",
    description: "Tells your impulses that wait, the strongest first, with their numbers; or takes one of them out.",
    input: See,
    effect: "self",
    async run({ done }) {
      const ended = done === undefined ? "" : `Impulse ${drawer.done(done).id} waits no longer.\n`;
      return ended + impulseLines(await drawer.list(), wording).join("\n");
    },
  });

/** A line for each. */
export function impulseLines(impulses: readonly Kept[], { timeZone }: Wording): string[] {
  const shown = (time: number) => zonedMinute(new Date(time), timeZone);
  if (impulses.length === 0) return ["No impulse waits."];
  return impulses.map(({ id, urgency, body, expiresAt }) => `${id}  ${urgency}  until ${shown(expiresAt)}  ${body}`);
}
