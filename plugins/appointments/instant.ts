const ISO = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?))?\s?(Z|[+-]\d\d:?\d\d)?$/i;
const MINUTE = 60_000;

/**
 * The moment that an ISO time names, in ms since 1970; nothing for what is none. One without an offset is meant in a time zone:
 * who writes times by hand leaves it out.
 * @param timeZone IANA name
 */
export function instantOf(text: string, timeZone: string): number | undefined {
  const [, day, time = "00:00", offset] = ISO.exec(text.trim()) ?? [];
  if (day === undefined || !isDay(day)) return;
  const given = offset?.replace(/^([+-]\d\d)(\d\d)$/, "$1:$2").toUpperCase();
  const at = Date.parse(`${day}T${time.slice(0, 12)}${given ?? "Z"}`);
  if (Number.isNaN(at)) return;
  return given === undefined ? inZone(at, timeZone) : at;
}

/** Whether the calendar has that day. */
function isDay(day: string): boolean {
  const at = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
}

/** The moment at which the clocks of a zone show what those of UTC show at another. Looked at twice, because the offset may change between the two. */
function inZone(shown: number, timeZone: string): number {
  const first = shown - offsetAt(shown, timeZone);
  return shown - offsetAt(first, timeZone);
}

/** How far a zone is ahead of UTC at a moment, in ms. */
function offsetAt(at: number, timeZone: string): number {
  const local = new Date(at).toLocaleString("sv", { timeZone, dateStyle: "short", timeStyle: "medium" });
  const whole = Math.floor(at / 1000) * 1000;
  return Math.round((Date.parse(`${local.replace(" ", "T")}Z`) - whole) / MINUTE) * MINUTE;
}
