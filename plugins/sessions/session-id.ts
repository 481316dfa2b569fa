/**
 * A session's id: its time in UTC, `YYYYMMDD-HHMMSS-mmm`. One that would not sort after the last one given
 * (two in a millisecond, a clock set back) gets the millisecond after that one, so ids never collide.
 */
export function nextId(now: Date, last: string | undefined): string {
  const after = last ? timeOf(last) + 1 : 0;
  return format(new Date(Math.max(now.getTime(), after)));
}

const format = (time: Date): string => {
  const [, date, clock, ms] = /^(.{10})T(.{8})\.(\d{3})Z$/.exec(time.toISOString())!;
  return `${date!.replaceAll("-", "")}-${clock!.replaceAll(":", "")}-${ms}`;
};

const timeOf = (id: string): number =>
  Date.parse(id.replace(/^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-(\d{3})$/, "$1-$2-$3T$4:$5:$6.$7Z"));
