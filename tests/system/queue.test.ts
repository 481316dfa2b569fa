import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bundledConfig, type DaemonPlace, daemonPlace, hearth, startDaemon, type TestDaemon } from "../fixtures/daemon";
import { printed } from "../fixtures/reports";
import { until } from "../fixtures/until";

/** A stranger's source of context that holds every session at its door until a file is there. */
const door = `
import { existsSync, writeFileSync } from "node:fs";
import { definePlugin, House } from "hearth";
import { WakeContext } from "hearth-plugins/sessions";
export default definePlugin({
  id: "door", summary: "holds sessions", requires: { house: House },
  setup(ctx, { house }) {
    ctx.add(WakeContext, { id: "door", limit: 60, async run(_, signal) {
      writeFileSync(house.state + "/../knocked", "");
      while (!existsSync(house.state + "/../open") && !signal.aborted) await Bun.sleep(5);
    } });
  },
});`;

function placeWithDoor(): DaemonPlace {
  const quiet = { sessions: "firstWake = false", "agent-offline": "pace = 0" };
  const place = daemonPlace(bundledConfig(quiet, '[plugins.door]\nfrom = "./local/door"\n'), {
    HEARTH_AGENT: "offline",
  });
  place.write("config/local/door/plugin.ts", door);
  return place;
}

const wake = async (daemon: TestDaemon, session_type: string, prompt?: string) =>
  (await daemon.call("POST", "/admin/wake", { session_type, prompt })).body;
const knocked = (place: DaemonPlace) => until(() => existsSync(join(place.folder, "knocked")));

/** Every session, the first that began first, when all are over. */
async function allOver(daemon: TestDaemon): Promise<string[]> {
  const listed = async () => (await printed(daemon, "sessions")).trim().split("\n");
  const isOver = (line: string) => /\b(done|failed|cancelled)\b/.test(line);
  const lines = await until(async () => {
    const all = await listed();
    return all.every(isOver) && all;
  }, 40);
  return lines
    .toSorted((a, b) => (begun(daemon.place, a) < begun(daemon.place, b) ? -1 : 1))
    .map(line => line.split(/ +/).slice(1, 3).join(" "));
}

/** When the session of a line began; one that never did comes last. */
function begun(place: DaemonPlace, line: string): string {
  const log = join(place.state, `sessions/${line.split(" ")[0]}.jsonl`);
  return existsSync(log) ? JSON.parse(readFileSync(log, "utf8").split("\n")[0]!).at : "never";
}

/** Five orders while the first session is held at the door: of them a schedule's kind twice, and a visitor twice. */
async function order(daemon: TestDaemon) {
  const first = await wake(daemon, "custom", "the first");
  await knocked(daemon.place);
  const rest = [];
  for (const [type, text] of [
    ["morning"],
    ["dusk"],
    ["visit", "Is anybody home?"],
    ["morning"],
    ["visit", "Hello again!"],
  ])
    rest.push(await wake(daemon, type!, text));
  return [first, ...rest];
}

describe("a busy Hearth", () => {
  test("queues, says how many go before, gathers those of one kind, and lets a person go before a schedule", async () => {
    using place = placeWithDoor();
    await using daemon = await startDaemon(place);
    const answers = await order(daemon);
    expect(answers.map(({ status, ahead }) => [status, ahead])).toEqual([
      ["started", 0],
      ["queued", 1],
      ["queued", 2],
      ["queued", 1],
      ["queued", 2],
      ["queued", 1],
    ]);
    const ids = answers.map(({ session_id }) => session_id);
    expect([ids[4], ids[5]]).toEqual([ids[1], ids[3]]);
    place.write("open", "");
    expect(await allOver(daemon)).toEqual(["custom done", "visit done", "morning done", "dusk done"]);
    const conversation = readFileSync(join(place.home, `conversations/${ids[3]}.md`), "utf8");
    expect(conversation).toMatch(/Is anybody home\?[\s\S]*Hello again!/);
  }, 60_000);

  test("loses none of it when it is killed, and does none of it twice", async () => {
    using place = placeWithDoor();
    const first = await startDaemon(place);
    await order(first);
    first.signal("SIGKILL");
    await first.exited;
    place.write("open", "");
    await using second = await startDaemon(place);
    expect(await allOver(second)).toEqual(["visit done", "custom done", "morning done", "dusk done"]);
    expect(readdirSync(join(place.home, "transcripts"))).toHaveLength(4);
  }, 60_000);

  test("never begins a session that was cancelled while it waited", async () => {
    using place = placeWithDoor();
    await using daemon = await startDaemon(place);
    await wake(daemon, "custom", "the first");
    await knocked(place);
    const { session_id } = await wake(daemon, "dusk");
    expect((await hearth(place, "session", session_id, "cancel")).out).toContain("cancelled");
    place.write("open", "");
    expect(await allOver(daemon)).toEqual(["custom done", "dusk cancelled"]);
  }, 60_000);
});
