const written = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6})\d*)?(?:Z|\+00:00)?$/;

/**
 * A time as a text that sorts: "2026-11-21T07:08:53.447506", UTC. A time without a zone is UTC. Nothing for what is no time.
 */
export function momentOf(ts: string): string | undefined {
  const utc = written.exec(ts);
  if (utc) return Number.isNaN(Date.parse(`${utc[1]}Z`)) ? undefined : `${utc[1]}.${(utc[2] ?? "").padEnd(6, "0")}`;
  const time = /^\d{4}-\d\d-\d\d[T ]/.test(ts) ? Date.parse(ts) : Number.NaN;
  return Number.isNaN(time) ? undefined : momentAt(new Date(time));
}

/** A moment of ours. */
export const momentAt = (time: Date): string => `${time.toISOString().slice(0, 23)}000`;

/** How a thread writes a moment. */
export const stampOf = (moment: string): string => `${moment}+00:00`;

/** A microsecond later. */
export function justAfter(moment: string): string {
  const micros = Number(moment.slice(23)) + 1;
  const millis = moment.slice(0, 23);
  if (micros < 1000) return millis + String(micros).padStart(3, "0");
  return momentAt(new Date(Date.parse(`${millis}Z`) + 1));
}

/** The day of a moment as ids have it: "20261121". */
export const dayOf = (moment: string): string => moment.slice(0, 10).replaceAll("-", "");
