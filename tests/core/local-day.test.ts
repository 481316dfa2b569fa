import { expect, test } from "bun:test";
import { localDay, nextMidnight } from "hearth";

test("a day is that of the zone, whatever the day is elsewhere", () => {
  const moment = new Date("2026-11-21T03:30:00Z");
  expect(["UTC", "America/New_York", "Pacific/Kiritimati"].map(zone => localDay(moment, zone))).toEqual([
    "2026-11-21",
    "2026-11-20",
    "2026-11-21",
  ]);
  expect(localDay(moment.getTime(), "America/New_York")).toBe("2026-11-20");
});

test("the next day begins at midnight of the zone, also where the clocks change in between", () => {
  const begins = (now: string) => nextMidnight(new Date(now), "America/New_York").toISOString();
  expect(begins("2026-11-21T03:30:00Z")).toBe("2026-11-21T05:00:00.000Z");
  expect(begins("2026-11-01T05:30:00Z")).toBe("2026-11-02T05:00:00.000Z");
});
