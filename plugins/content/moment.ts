/** When something was written that nobody has written yet: always the same, so that nothing seems new after a restart. */
export const NEVER = "1970-01-01T00:00:00Z";
/** The end of the year 9999. */
const LAST_SECOND = 253_402_300_799n;

/** A moment as ISO in UTC, with microseconds unless they are zero: `2026-11-21T07:09:46.495704Z`. `NEVER` for one that no calendar shows. */
export function momentOf(ns: bigint): string {
  const seconds = ns / 1_000_000_000n;
  if (ns < 0n || seconds > LAST_SECOND) return NEVER;
  const micros = (ns / 1000n) % 1_000_000n;
  const fraction = micros === 0n ? "" : `.${String(micros).padStart(6, "0")}`;
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}${fraction}Z`;
}
