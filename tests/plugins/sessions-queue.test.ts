import { describe, expect, test } from "bun:test";
import { HeldClock } from "hearth/testing";
import { openDatabase } from "../../core/database";
import { Queue } from "../../plugins/sessions/queue";
import { nextId } from "../../plugins/sessions/session-id";
import { defaultTypes, sessionTypes } from "../../plugins/sessions/types";
import { sessionsFolder } from "../fixtures/sessions";

const open = (clock = new HeldClock("2026-11-21T12:00:00Z")) => {
  const queue = new Queue(openDatabase(":memory:", `${sessionsFolder}/migrations`), clock);
  const put = (type: string, order: object = {}) => queue.put({ type, job: "test", ...order }, sessionTypes({})[type]!);
  return { queue, clock, put };
};
const say = (text: string) => ({ message: { text } });

describe("session ids", () => {
  test("name the time in UTC", () => {
    expect(nextId(new Date("2026-11-21T07:08:54.123Z"), undefined)).toBe("20261121-070854-123");
  });
  test("never collide, and sort after the last one, in one millisecond and with a clock set back", () => {
    const first = nextId(new Date("2026-11-21T07:08:54.999Z"), undefined);
    const second = nextId(new Date("2026-11-21T07:08:54.999Z"), first);
    const third = nextId(new Date("2026-11-20T00:00:00Z"), second);
    expect([second, third]).toEqual(["20261121-070855-000", "20261121-070855-001"]);
  });
});

describe("the queue", () => {
  test("takes an occasion once, however often it is ordered", () => {
    const { queue, put } = open();
    const first = put("morning", { job: "sessions.morning", slot: "2026-11-21T06:00:00.000Z" });
    const again = put("morning", { job: "sessions.morning", slot: "2026-11-21T06:00:00.000Z" });
    expect([first.created, again.created, again.id === first.id, queue.list(10).length]).toEqual([
      true,
      false,
      true,
      1,
    ]);
  });
  test("takes an occasion once also after its session has ended", () => {
    const { queue, put } = open();
    const { id } = put("morning", { slot: "a" });
    queue.move(id, "done");
    expect(put("morning", { slot: "a" })).toMatchObject({ id, created: false, state: "done" });
  });
  test("gathers waiting wakes of one kind in one session with all their messages", () => {
    const { queue, put } = open();
    const first = put("visit", say("one"));
    const second = put("visit", say("two"));
    expect(second).toMatchObject({ id: first.id, created: false });
    expect(queue.find(first.id)!.messages.map(({ text }) => text)).toEqual(["one", "two"]);
  });
  test("does not gather what must stay apart, nor what has begun", () => {
    const { queue, put } = open();
    expect(put("custom", say("a")).id).not.toBe(put("custom", say("b")).id);
    const visit = put("visit", say("one"));
    while (queue.claim()?.id !== visit.id);
    expect(put("visit", say("two")).created).toBe(true);
  });
  test("lets a person's message go before a schedule, and equals in their order", () => {
    const { queue, put } = open();
    const morning = put("morning");
    const noon = put("noon");
    const visit = put("visit", say("hello"));
    expect([queue.claim()?.id, queue.claim()?.id, queue.claim()?.id, queue.claim()?.id]).toEqual([
      visit.id,
      morning.id,
      noon.id,
      undefined,
    ]);
  });
  test("says how many go before", () => {
    const { queue, put } = open();
    expect(put("morning").ahead).toBe(0);
    queue.claim();
    expect(put("noon").ahead).toBe(1);
    expect(put("visit", say("hello")).ahead).toBe(1);
    expect(put("dusk").ahead).toBe(3);
  });
  test("lets what waits for later go with one of its kind that may go now", () => {
    const { queue, put } = open();
    const tomorrow = put("visit", { ...say("later"), notBefore: new Date("2026-11-22T12:00:00Z") });
    expect(put("visit", say("now")).id).toBe(tomorrow.id);
    expect(queue.claim()).toMatchObject({ id: tomorrow.id, messages: [{ text: "later" }, { text: "now" }] });
  });
  const at = (minutes: number) => new Date(Date.parse("2026-11-21T12:00:00Z") + minutes * 60_000);
  const begins = (orders: readonly object[]) => {
    const { queue, put } = open();
    for (const order of orders) put("visit", order);
    expect(queue.list(10)).toHaveLength(1);
    return (queue.nextDue()!.getTime() - at(0).getTime()) / 60_000;
  };
  test("orders with a latest time wait for a quiet time together, and never beyond the earliest latest", () => {
    const order = (minutes: number) => ({ notBefore: at(minutes), latest: at(minutes + 13) });
    expect(begins([order(2)])).toBe(2);
    expect(begins([order(2), order(5)])).toBe(5);
    expect(begins([order(2), order(5), order(3)])).toBe(5);
    expect(begins([order(2), order(5), order(14), order(40)])).toBe(15);
    expect(begins([{ notBefore: at(20), latest: at(10) }])).toBe(10);
  });
  test("an order without a latest time takes the earlier time, and nothing puts it off again", () => {
    const quiet = { notBefore: at(2), latest: at(15) };
    expect(begins([quiet, {}])).toBe(0);
    expect(begins([quiet, {}, { notBefore: at(5), latest: at(18) }])).toBe(0);
    expect(begins([{}, quiet])).toBe(0);
    expect(begins([quiet, { notBefore: at(600) }])).toBe(2);
    expect(begins([{ notBefore: at(600) }, quiet, { notBefore: at(4), latest: at(16) }])).toBe(4);
  });
  test("gives a session that gathers the turns of the order that may take most", () => {
    const { queue, put } = open();
    const { id } = put("visit");
    put("visit", { maxTurns: 3 });
    expect(queue.find(id)!.maxTurns).toBe(50);
    put("visit", { maxTurns: 80 });
    expect(queue.find(id)!.maxTurns).toBe(80);
  });
  test("remembers whether everyone might watch a session, whatever its type becomes later", () => {
    const { queue, put } = open();
    const { id } = put("morning");
    expect(queue.find(id)!.live).toBe(false);
    queue.move(id, "gathering", { live: true });
    queue.move(id, "done");
    expect(queue.find(id)!.live).toBe(true);
  });
  test("keeps what is not due", () => {
    const { queue, clock, put } = open();
    put("visit", { ...say("later"), notBefore: new Date("2026-11-21T12:10:00Z") });
    expect(queue.claim()).toBeUndefined();
    expect(queue.nextDue()?.toISOString()).toBe("2026-11-21T12:10:00.000Z");
    clock.advance(600_000);
    expect(queue.claim()?.type).toBe("visit");
  });
});

describe("session types", () => {
  test("are fifteen, and the eight of every third hour are scheduled", () => {
    const names = Object.keys(defaultTypes);
    expect(names).toHaveLength(15);
    expect(names.filter(name => defaultTypes[name]!.style === "scheduled")).toHaveLength(8);
  });
  test("can be changed and extended by the config file", () => {
    const types = sessionTypes({
      morning: { model: "small", maxTurns: 5 },
      gardening: { template: "wake-self", live: false },
    });
    expect(types["morning"]).toMatchObject({ model: "small", maxTurns: 5, template: "wake-scheduled" });
    expect(types["gardening"]).toMatchObject({ template: "wake-self", live: false, maxTurns: 50 });
  });
  test("that read what strangers wrote have no shell", () => {
    for (const name of ["visit", "telegram", "correspondence"]) expect(defaultTypes[name]!.tools).not.toContain("Bash");
  });
  test("may use only what answers from memory where others speak, and send letters where letters are answered", () => {
    const knowing = ["memory_search", "resonance_today", "graph_query"];
    for (const name of ["visit", "telegram", "talk", "telegram_talk_open"])
      expect(defaultTypes[name]!.agentTools).toEqual(knowing);
    expect(defaultTypes["correspondence"]!.agentTools).toEqual([...knowing, "send_letter"]);
    for (const name of ["morning", "midnight", "self", "custom"])
      expect(defaultTypes[name]!.agentTools).toEqual(["read", "self", "out"]);
    expect(sessionTypes({ visit: { agentTools: [] } })["visit"]!.agentTools).toEqual([]);
  });
});
