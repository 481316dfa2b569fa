import { describe, expect, test } from "bun:test";
import {
  bundledConfig,
  type DaemonPlace,
  daemonPlace,
  placeAt,
  startDaemon,
  type TestDaemon,
} from "../fixtures/daemon";
import { printed } from "../fixtures/reports";
import { until } from "../fixtures/until";

/** A house whose only slots are two: what was missed of one is caught up, of the other skipped. */
const config = bundledConfig(
  { sessions: "firstWake = false", "agent-offline": "pace = 0" },
  `[plugins.sessions.slots]
midnight = false
late_night = false
midmorning = false
afternoon = false
dusk = false
evening = false
morning = { cron = "0 6 * * *", catchUp = "once" }
noon = { cron = "0 6 * * *", catchUp = "skip" }
`,
);

const sessions = async (daemon: TestDaemon) => {
  const list = await printed(daemon, "sessions");
  return list
    .split("\n")
    .filter(line => /^\d/.test(line))
    .map(line => line.split(/ +/)[1])
    .toSorted(); // two slots of the same minute may ring in either order
};

/** Starts a daemon at a time, waits until there are so many sessions and all are over, and answers them. What is caught up is ordered before it answers. */
async function live(place: DaemonPlace, time: string, count: number): Promise<(string | undefined)[]> {
  await using daemon = await startDaemon(placeAt(place, { HEARTH_CLOCK: time }));
  await until(async () => (await sessions(daemon)).length >= count);
  await until(async () => (await daemon.call("GET", "/session/status")).body.state === "idle");
  return await sessions(daemon);
}

describe("slots that were missed while Hearth was off", () => {
  test("are caught up once, or skipped, as each says; a further restart does nothing twice", async () => {
    using place = daemonPlace(config, { HEARTH_AGENT: "offline" });
    const from = performance.now();
    expect(await live(place, "2026-11-17T12:00:00Z", 0)).toEqual([]);
    const life = performance.now() - from;
    /** So long before a time that a daemon runs by then, as slow as this machine may be. */
    const before = (time: string) => new Date(Date.parse(time) - 1000 - 2 * life).toISOString();
    // Both slots come by themselves.
    expect(await live(place, before("2026-11-18T06:00:00Z"), 2)).toEqual(["morning", "noon"]);
    // Three days were missed: of the one slot one session is made up for, of the other none.
    expect(await live(place, "2026-11-21T12:00:00Z", 3)).toEqual(["morning", "morning", "noon"]);
    expect(await live(place, "2026-11-21T12:00:10Z", 3)).toEqual(["morning", "morning", "noon"]);
    // The clock was wrong and is set back: six o'clock comes again, and rings only for the slot that it has not rung for.
    expect(await live(place, before("2026-11-21T06:00:00Z"), 4)).toEqual(["morning", "morning", "noon", "noon"]);
  }, 60_000);
});
