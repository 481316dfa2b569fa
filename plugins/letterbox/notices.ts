import type { Ailment } from "hearth";
import type { Quarantine } from "./quarantine";

/** "3 messages wait in the quarantine", or nothing. */
export function waitingText(quarantine: Quarantine): string | undefined {
  const { count } = quarantine.waiting();
  if (count === 0) return undefined;
  return count === 1 ? "1 message waits in the quarantine" : `${count} messages wait in the quarantine`;
}

/** What waits, among what needs a person. */
export function waitingAilment(quarantine: Quarantine): Ailment[] {
  const text = waitingText(quarantine);
  const { oldest } = quarantine.waiting();
  if (text === undefined || oldest === null) return [];
  return [{ path: "(quarantine)", problem: `${text} for a person: hearth quarantine review`, since: oldest }];
}
