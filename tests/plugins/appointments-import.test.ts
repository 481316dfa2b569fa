import { afterEach, describe, expect, test } from "bun:test";
import { appointmentsCommand } from "../../plugins/appointments/commands";
import { closeHouses, HOUR, type House, house } from "../fixtures/appointments";

afterEach(closeHouses);

describe("the appointment of the original", () => {
  const old = {
    wake_at: "2026-11-21T14:30:00.123456-05:00",
    reason: ' water\n"the" ferns ',
    created_at: "2026-11-20T08:00:00",
  };
  const take = async (one: House, file: string) => {
    const lines: string[] = [];
    const wording = { clock: one.clock, timeZone: "UTC", perDay: 3 };
    const io = { print: (line: string) => void lines.push(line), signal: new AbortController().signal };
    await appointmentsCommand(one.diary, wording).run(["import", file], io);
    return lines;
  };
  /** Takes over a file that holds this: text as it is, all else as JSON of one line for each field. */
  async function takeOver(one: House, given: unknown) {
    const text = typeof given === "string" ? given : JSON.stringify(given, null, 1);
    await one.home.write("data/self-schedule.json", text);
    return take(one, `${one.home.path}/data/self-schedule.json`);
  }

  test("is taken over with its own time and words, and leads to its session", async () => {
    const one = await house();
    expect(await takeOver(one, old)).toEqual([
      'the appointment at 2026-11-21 19:30 UTC (water\n"the" ferns) was taken over',
    ]);
    expect(one.diary.waiting()).toMatchObject({ created_at: "2026-11-20T08:00:00.000Z", made_by: null });
    one.clock.advance(6.6 * HOUR);
    expect(one.texts()).toEqual(['water\n"the" ferns']);
    expect(await takeOver(one, old)).toEqual([
      expect.stringContaining('19:30 UTC (water\n"the" ferns) is past, and was left'),
    ]);
  });

  test.each([
    [{ ...old, wake_at: "soon" }, /json, line 2: wake_at: this is no time; nothing was imported$/],
    [{ ...old, reason: " " }, /json, line 3: reason: at least 1 characters; nothing/],
    [{ ...old, created_at: 7 }, /json, line 4: created_at: /],
    [{ wake_at: old.wake_at }, /json, line 1: reason: /],
    [[old], /json, line 1: /],
    ['{\n"wake_at": x}', /json, line 2: it is no JSON: Expecting value; nothing/],
    [
      { ...old, wake_at: "2026-11-21T15:10Z" },
      /less than 30 minutes from the session afternoon.*; nothing was imported$/,
    ],
    [{ ...old, wake_at: "2027-11-21T14:30Z" }, /too far ahead: 7 days at the most; nothing/],
  ])("is refused with the place of what is wrong, and nothing changes: %j", async (given, why) => {
    const one = await house();
    await expect(takeOver(one, given)).rejects.toThrow(why);
    expect(one.states()).toEqual([]);
  });

  test("does not take the place of one that waits here; and its path is a whole one", async () => {
    const one = await house();
    one.diary.set({ in: "1h" }, "mine");
    await expect(takeOver(one, old)).rejects.toThrow(
      "one waits here already, at 2026-11-21 14:00 UTC; nothing was imported",
    );
    expect(one.states()).toEqual(["waiting"]);
    await expect(take(one, "self-schedule.json")).rejects.toThrow("must be a whole path");
    await expect(take(one, "/nowhere/self-schedule.json")).rejects.toThrow("/nowhere/self-schedule.json");
  });
});
