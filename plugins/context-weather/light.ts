import { localDay, messageOf } from "hearth";
import type { Gathering } from "hearth-plugins/sessions";
import { askKp, auroraText } from "./aurora";
import { type DaylightBook, dayBefore, daylightSeconds, daylightText } from "./daylight";
import type { Settings } from "./settings";
import { askSky, moonText, type Sky } from "./sky";
import type { Ask } from "./web";

/** Up to three lines: daylight, moon, aurora. What cannot be known is left out and noted. */
export async function lightText(
  ask: Ask,
  { weatherUrl, spaceWeatherUrl }: Settings,
  book: DaylightBook,
  wake: Gathering,
  signal: AbortSignal,
  note: (text: string) => void,
): Promise<string | undefined> {
  const [sky, kp] = await Promise.all([
    orNote(askSky(ask, weatherUrl, book.place, signal), note),
    orNote(askKp(ask, spaceWeatherUrl, signal), note),
  ]);
  const lines = [sky && daylightLine(book, sky, wake), sky && moonText(sky), kp && auroraText(kp)];
  return lines.filter(Boolean).join("\n") || undefined;
}

/** Compares with the day before, by date, and writes today down unless nothing may be changed. */
function daylightLine(book: DaylightBook, sky: Sky, { now, timeZone, dryRun }: Gathering): string | undefined {
  const seconds = daylightSeconds(sky);
  if (seconds === undefined) return;
  const day = sky.day ?? localDay(now, timeZone);
  const yesterday = book.on(dayBefore(day));
  if (!dryRun) book.write(day, seconds);
  return daylightText(sky, seconds, yesterday);
}

const orNote = <T>(asked: Promise<T>, note: (text: string) => void): Promise<T | undefined> =>
  asked.catch(error => void note(messageOf(error)));
