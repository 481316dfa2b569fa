import type { Gathering } from "hearth-plugins/sessions";
import { localTime } from "./local-time";
import type { Settings } from "./settings";

type Slot = Settings["slots"][number];

/** What part of the day it is: up to and without the hour, the words. */
const partsOfDay: readonly (readonly [until: number, words: string])[] = [
  [6, "late night"],
  [9, "morning"],
  [12, "mid-morning"],
  [15, "early afternoon"],
  [18, "late afternoon"],
  [21, "evening"],
  [24, "night"],
];

/** Two lines: where in the day the agent wakes, and which session this is or which comes next. */
export function timeText({ now, timeZone, type, settings }: Gathering, slots: readonly Slot[]): string {
  const { hour, long, zone } = localTime(now, timeZone);
  const first = `It is ${partOfDay(hour)}, ${onTheClock(hour)} (${zone}) on ${long}.`;
  return `${first}\n${settings.style === "scheduled" ? thisOne(type) : nextOne(hour, slots)}`.trimEnd();
}

/** "morning", "evening": what an hour is called. */
export const partOfDay = (hour: number): string => partsOfDay.find(([until]) => hour < until)![1];

/** "12 am", "3 pm" */
export const onTheClock = (hour: number): string => `${hour % 12 || 12} ${hour < 12 ? "am" : "pm"}`;

const words = (type: string) => type.replaceAll("_", " ");
const thisOne = (type: string) => `You are the ${words(type)} self of this day.`;

/** The sentence about the first slot after an hour, over midnight if need be; "" when there are no slots. */
function nextOne(hour: number, slots: readonly Slot[]): string {
  const next = nextSlot(hour, slots);
  return next ? `The next session of the day's rhythm is ${words(next.type)}, at ${onTheClock(next.hour)}.` : "";
}

/** The first slot after an hour of the day; after the last one comes tomorrow's first. */
export function nextSlot(hour: number, slots: readonly Slot[]): Slot | undefined {
  const inOrder = slots.toSorted((a, b) => a.hour - b.hour);
  return inOrder.find(slot => slot.hour > hour) ?? inOrder[0];
}
