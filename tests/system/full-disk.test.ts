import { describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { bundledConfig, daemonPlace, startDaemon, type TestDaemon } from "../fixtures/daemon";
import { reportOf } from "../fixtures/reports";
import { noSmallDisk, onSmallDisk } from "../fixtures/small-disk";

/** What the home holds before the disk is filled to its last byte. */
const fill = [
  "mkdir -p thoughts dreams prompt data",
  "printf 'a word for the next self' > prompt/prompt.md",
  "printf '{\"old\":1}\\n' > data/mood-history.jsonl",
  "head -c 4000000 /dev/zero > filler 2>/dev/null || true",
].join("; ");

/** The home as the daemon sees it: its disk is mounted for it alone. */
const seenBy = (daemon: TestDaemon, path: string) => join(`/proc/${daemon.pid}/root`, daemon.place.home, path);

/** Wakes the agent, and answers the session's report when it is over. */
async function report(daemon: TestDaemon): Promise<string> {
  const { body } = await daemon.call("POST", "/admin/wake", { session_type: "morning" });
  return reportOf(daemon, body.session_id);
}

/** Skipped where no process may mount a small disk of its own. */
describe.skipIf(noSmallDisk)("a home on a full disk", () => {
  test("costs the session, never a file: the daemon lives, what was there is intact, and with room again all goes on", async () => {
    using place = daemonPlace(bundledConfig({ sessions: "firstWake = false", "agent-offline": "pace = 0" }), {
      HEARTH_AGENT: "offline",
    });
    mkdirSync(place.home);
    await using daemon = await startDaemon(place, onSmallDisk(place.home, 1024, fill));

    const failed = await report(daemon);
    expect(failed.split("\n")[0]).toContain("ENOSPC");
    expect(readFileSync(seenBy(daemon, "prompt/prompt.md"), "utf8")).toBe("a word for the next self");
    expect(readFileSync(seenBy(daemon, "data/mood-history.jsonl"), "utf8")).toBe('{"old":1}\n');
    expect(readdirSync(seenBy(daemon, "."), { recursive: true }).filter(name => `${name}`.endsWith(".tmp"))).toEqual(
      [],
    );
    expect((await daemon.call("GET", "/health/live")).status).toBe(200);

    rmSync(seenBy(daemon, "filler"));
    expect((await report(daemon)).split("\n")[0]).toEndWith("done");
    expect(readdirSync(seenBy(daemon, "thoughts"))).toHaveLength(1);
  }, 60_000);
});
