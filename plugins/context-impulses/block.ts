import { localDay } from "hearth";
import type { Impulse } from "hearth-plugins/appointments";

const RULE = "─".repeat(19);
const LONGEST = 400;
const DAY = 86_400_000;

/** What the prompt says of the impulses that wait: how many, and the strongest, which is the first. */
export function impulseBlock(pending: readonly Impulse[], now: Date, timeZone: string): string {
  const [strongest] = pending;
  if (!strongest) return "Impulses: none is waiting.";
  const count = pending.length === 1 ? "One is waiting" : `${pending.length} are waiting; the strongest`;
  const about = [strongest.urgency, ageOf(strongest, now, timeZone)].filter(Boolean).join(", ");
  return ["─── Impulses ───", `${count} (${about}):`, shortened(strongest.body), RULE].join("\n");
}

/** In days of the calendar, as people count; nothing when nobody can tell. */
function ageOf({ createdAt }: Impulse, now: Date, timeZone: string): string | undefined {
  if (createdAt === undefined) return;
  const days = dayNumber(now, timeZone) - dayNumber(new Date(createdAt), timeZone);
  return days <= 0 ? "today" : `${days}d ago`;
}

/** Days since 1970 on a zone's calendar. */
const dayNumber = (at: Date, timeZone: string): number => Date.parse(`${localDay(at, timeZone)}T00:00:00Z`) / DAY;

function shortened(body: string): string {
  const characters = Array.from(body.slice(0, 2 * LONGEST + 2));
  return characters.length <= LONGEST ? body : `${characters.slice(0, LONGEST - 1).join("")}…`;
}
