import type { Database } from "hearth";
import type { Sky } from "./sky";

const DAY = 86_400_000;

/** Remembers how long each day was, by place and date. */
export class DaylightBook {
  constructor(
    readonly db: Database,
    readonly place: string,
  ) {}

  /** Seconds of light on a date; nothing when it was not written down. */
  on(day: string): number | undefined {
    const row = this.db
      .query<{ seconds: number }, [string, string]>("select seconds from daylight where place = ? and day = ?")
      .get(this.place, day);
    return row?.seconds;
  }

  /** Writes a day down, and forgets what lies further back than the day before it. */
  write(day: string, seconds: number): void {
    this.db.run("insert or replace into daylight (place, day, seconds) values (?, ?, ?)", [this.place, day, seconds]);
    this.db.run("delete from daylight where place = ? and day < ?", [this.place, dayBefore(day)]);
  }
}

/** The date before a date, both YYYY-MM-DD. */
export const dayBefore = (day: string): string => new Date(Date.parse(day) - DAY).toISOString().slice(0, 10);

/** Seconds between sunrise and sunset of one day; nothing when a time cannot be read or the sun does not rise and then set. */
export function daylightSeconds({ sunrise, sunset }: Sky): number | undefined {
  const [up, down] = [secondsOfDay(sunrise), secondsOfDay(sunset)];
  if (up === undefined || down === undefined) return;
  return down > up ? down - up : undefined;
}

/** "06:12 AM" as seconds after midnight. */
function secondsOfDay(text = ""): number | undefined {
  const [, hour, minute, half] = /^(\d{1,2}):(\d\d) ?([AP]M)$/i.exec(text) ?? [];
  if (!hour || !minute || !half || Number(hour) > 12 || Number(minute) > 59) return;
  const afternoon = half.toUpperCase() === "PM" ? 12 : 0;
  return ((Number(hour) % 12) + afternoon) * 3600 + Number(minute) * 60;
}

/** The line about daylight. `yesterday` in seconds, when known. */
export function daylightText(sky: Sky, seconds: number, yesterday: number | undefined): string {
  const length = `${Math.floor(seconds / 3600)}h ${Math.floor((seconds % 3600) / 60)}m`;
  const change = yesterday === undefined ? "" : changeText(seconds - yesterday);
  return `Daylight: sunrise ${sky.sunrise}, sunset ${sky.sunset}, ${length}${change}`;
}

/** In whole minutes; less than one is not worth a word. */
function changeText(difference: number): string {
  const minutes = Math.floor(Math.abs(difference) / 60);
  return minutes === 0 ? "" : ` (${difference > 0 ? "+" : "-"}${minutes} min against yesterday)`;
}
