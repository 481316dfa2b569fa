import { describe, expect, test } from "bun:test";
import { Commands } from "hearth";
import { configured, expectClean, fake, HeldClock } from "hearth/testing";
import { Impulses } from "hearth-plugins/appointments";
import type { SessionType } from "hearth-plugins/sessions";
import { Sessions } from "hearth-plugins/sessions";
import { AgentTools, type ToolCaller } from "hearth-plugins/tools";
import plugin from "../../plugins/appointments/plugin";
import { folder, HOUR } from "../fixtures/appointments";
import { result, sayDone, start } from "../fixtures/scripted-agent";
import { sessionsFolder, sessionsKernel } from "../fixtures/sessions";
import { until } from "../fixtures/until";

describe("in the house", () => {
  const kernel = (script = sayDone, options: object = {}) =>
    sessionsKernel(script as never, {
      plugins: [plugin],
      clock: new HeldClock("2026-11-21T13:00:00Z"),
      folders: { sessions: sessionsFolder, appointments: folder },
      settings: { firstWake: false },
      ...options,
    });
  type App = Awaited<ReturnType<typeof kernel>>;
  const caller: ToolCaller = {
    session: { id: "20261121-120000-000", type: "noon", settings: {} as SessionType, messages: [] },
    audience: "all",
    calls: 0,
    signal: new AbortController().signal,
  } as never;
  const use = async (app: App, name: string, input: object) => {
    const tool = app.items(AgentTools).find(one => one.name === name)!;
    return tool.run(tool.input.parse(input), caller);
  };

  test("the agent sets an appointment, is woken for it, and is told why", async () => {
    const clock = new HeldClock("2026-11-21T13:00:00Z");
    await using app = await kernel(sayDone, { clock });
    expect(await use(app, "schedule_self", { in: "1h", reason: 'say "hello"' })).toBe(
      "You will be woken at 2026-11-21 14:00 UTC, in 1h.",
    );
    expect(await use(app, "schedule_self", { action: "status" })).toBe(
      '2026-11-21 14:00 UTC, in 1h: say "hello"\n0 of 3 used today (2026-11-21).',
    );
    clock.advance(HOUR);
    await until(async () => (await app.get("/appointments")).body.appointments[0].state === "done");
    expect(app.requests).toHaveLength(1);
    expect(app.requests[0]!.userPrompt).toContain('say "hello"');
    expect((await app.get("/appointments")).body.appointments[0]).toMatchObject({
      reason: 'say "hello"',
      made_by: "20261121-120000-000",
      session_id: app.sessions.list(1)[0]!.id,
    });
  });

  test("S4: a reason with quotes, line ends and brackets is kept to the letter, and counts", async () => {
    await using app = await kernel();
    const reason = `"},{"x\n\\ "quoted"`;
    await use(app, "schedule_self", { in: "1h", reason });
    expect((await app.get("/appointments")).body.appointments[0].reason).toBe(reason);
  });

  test("the slots are those of the house as it is configured: their own zones, and none that is off", async () => {
    const slots = { afternoon: false, dusk: { cron: "40 19 * * *", timeZone: "Asia/Tokyo" } };
    await using app = await kernel(sayDone, { settings: { firstWake: false, slots } });
    expect(await use(app, "schedule_self", { at: "15:10", reason: "x" })).toContain("2026-11-21 15:10 UTC");
    await expect(use(app, "schedule_self", { at: "10:45", reason: "x" })).rejects.toThrow(
      "session dusk at 2026-11-22 10:40",
    );
    const between = app.sessions.slots(new Date("2026-11-21T09:00:00Z"), new Date("2026-11-21T21:00:00Z"));
    expect(between.map(({ type, at }) => `${type} ${at.toISOString().slice(11, 16)}`)).toEqual([
      "dusk 10:40",
      "noon 12:00",
      "evening 21:00",
    ]);
  });

  test("a session that fails brings it back", async () => {
    const clock = new HeldClock("2026-11-21T13:00:00Z");
    async function* fails() {
      yield start;
      yield result({ ok: false, error: "no" });
    }
    await using app = await kernel(fails as never, { clock });
    await use(app, "schedule_self", { in: "1h", reason: "x" });
    clock.advance(HOUR);
    await until(async () => (await app.get("/appointments")).body.appointments[0].attempts === 1);
    expect((await app.get("/appointments")).body.appointments[0].state).toBe("waiting");
  });

  test("the tools refuse what does not fit, in words for the agent", async () => {
    await using app = await kernel();
    await expect(use(app, "schedule_self", { in: "1h" })).rejects.toThrow('say what it is for, in "reason"');
    await expect(use(app, "schedule_self", { in: "1h", reason: "x".repeat(1001) })).rejects.toThrow("at most 1000");
    await expect(use(app, "schedule_self", { when: "now" })).rejects.toThrow("when");
    await expect(use(app, "impulse_add", { body: "x", urgency: "mad" })).rejects.toThrow("urgency");
    await expect(use(app, "impulse_add", { body: "x", expires_in_hours: -1 })).rejects.toThrow("expires_in_hours");
    expect(await use(app, "schedule_self", { action: "cancel" })).toBe("No appointment waits.");
  });

  test("impulses: the tools, the route, and what the next session is told", async () => {
    await using app = await kernel();
    expect(await use(app, "impulse_add", { body: "write to Ada", urgency: "high", expires_in_hours: 24 })).toBe(
      "Impulse 1 is noted (high), until 2026-11-22 13:00 UTC; it wakes you at 2026-11-21 14:00 UTC when nothing has come of it by then.",
    );
    const { body, headers } = await app.get("/impulses");
    expect(body).toEqual({
      impulses: [
        {
          id: 1,
          body: "write to Ada",
          urgency: "high",
          created_at: "2026-11-21T13:00:00.000Z",
          expires_at: "2026-11-22T13:00:00.000Z",
          due_at: "2026-11-21T14:00:00.000Z",
        },
      ],
    });
    expect((await app.get("/impulses", { headers: { "if-none-match": headers.get("etag")! } })).status).toBe(304);
    const waiting = await app.service(Impulses).pending(new Date("2026-11-21T13:00:00Z"), () => {});
    expect(waiting).toMatchObject([{ body: "write to Ada" }]);
    expect(await use(app, "impulses", { done: 1 })).toBe("Impulse 1 waits no longer.\nNo impulse waits.");
  });

  test("the routes need the service key, and answer 304 as long as nothing changes", async () => {
    await using app = await kernel();
    for (const path of ["/appointments", "/impulses"]) expect((await app.get(path, { key: null })).status).toBe(401);
    const etag = (await app.get("/appointments")).headers.get("etag")!;
    const again = () => app.get("/appointments", { headers: { "if-none-match": etag } });
    expect((await again()).status).toBe(304);
    await use(app, "schedule_self", { in: "1h", reason: "x" });
    expect((await again()).status).toBe(200);
  });

  test("the commands tell, and call off", async () => {
    await using app = await kernel();
    const run = async (id: string, ...args: string[]) => {
      const lines: string[] = [];
      const command = app.items(Commands).find(one => one.id === id)!;
      await command.run(args, { print: line => void lines.push(line), signal: new AbortController().signal });
      return lines;
    };
    await use(app, "schedule_self", { in: "1h", reason: "x" });
    expect(await run("appointments")).toEqual(["2026-11-21 14:00 UTC, in 1h: x\n0 of 3 used today (2026-11-21)."]);
    expect(await run("appointments", "cancel")).toEqual(["the appointment at 2026-11-21 14:00 UTC is called off"]);
    expect(await run("appointments")).toContain("1  2026-11-21 14:00 UTC  cancelled  x");
    await use(app, "impulse_add", { body: "y" });
    expect(await run("impulses")).toEqual(["2  medium  until 2026-12-05 13:00 UTC  y"]);
    expect(await run("impulses", "done", "2")).toEqual(["No impulse waits."]);
    for (const args of [["done"], ["done", "x"], ["add", "1"]])
      await expect(run("impulses", ...args)).rejects.toThrow("takes");
    await expect(run("appointments", "now")).rejects.toThrow("takes");
  });
});

test.each([
  [{ perDay: 0 }, "perDay"],
  [{ horizon: -1 }, "horizon"],
  [{ impulses: { wake: ["mad"] } }, "wake"],
  [{ atMost: 3 }, "atMost"],
])("refuses a wrong setting by its name: %p", (table, name) => {
  expect(() => configured(plugin, table)).toThrow(name);
});

test("turned off, it leaves nothing behind", () =>
  expectClean(plugin, [fake(Sessions, { slots: () => [] })], { folders: { appointments: folder } }));
