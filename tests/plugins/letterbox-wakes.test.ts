import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { definePlugin } from "hearth";
import { HeldClock } from "hearth/testing";
import { Couriers, Letterbox } from "hearth-plugins/letterbox";
import type { AgentEvent, SessionState, Sessions, WakeMessage } from "hearth-plugins/sessions";
import { openDatabase } from "../../core/database";
import letterbox from "../../plugins/letterbox/plugin";
import { type MailType, WakeSettings } from "../../plugins/letterbox/wake-settings";
import { Wakes } from "../../plugins/letterbox/wakes";
import { Queue, recordOf } from "../../plugins/sessions/queue";
import { sessionTypes } from "../../plugins/sessions/types";
import { result, sayDone, start, untilAborted } from "../fixtures/scripted-agent";
import { type SessionsKernel, sessionsFolder, sessionsKernel } from "../fixtures/sessions";
import { until } from "../fixtures/until";

const letterboxFolder = join(import.meta.dir, "../../plugins/letterbox");
const BEGIN = "2026-11-21T15:00:00.000Z";
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

type Mail = Partial<Record<"sender" | "text" | "file" | "ref" | "image" | "warning", string>>;

let delivered = 0;

/** Puts mail into the letterbox's table as if a courier had brought it. */
function deliver(
  db: Pick<ReturnType<typeof openDatabase>, "query">,
  type: MailType,
  at: Date,
  mail: Mail = {},
): string {
  const id = `mail-${String(delivered++).padStart(6, "0")}`;
  const { sender = "Ada", text = "hello", file = null, ref = null, image = null, warning = null } = mail;
  db.query(
    `insert into mail (id, kind, type, sender, text, received_at, standing, state, file, ref, image, warning)
     values (?, 'visitor', ?, ?, ?, ?, 'passed', 'waiting', ?, ?, ?, ?)`,
  ).run(id, type, sender, text, at.toISOString(), file, ref, image, warning);
  return id;
}

/** The wakes over the real queue, on a held clock; the test plays the sessions. */
function house({ settings = {}, timeZone = "UTC" }: { settings?: object; timeZone?: string } = {}) {
  const clock = new HeldClock(BEGIN);
  const db = openDatabase(":memory:", `${letterboxFolder}/migrations`);
  const queue = new Queue(openDatabase(":memory:", `${sessionsFolder}/migrations`), clock);
  const told: string[] = [];
  let orders = 0;
  const desk = {
    broken: false,
    wake(order: Parameters<Sessions["wake"]>[0]) {
      if (desk.broken) throw new Error("the disk is full");
      orders++;
      return queue.put(order, sessionTypes({})[order.type]!);
    },
    find(id: string) {
      const job = queue.find(id);
      return job && recordOf(job);
    },
  };
  const open = () =>
    new Wakes({
      db,
      sessions: desk as unknown as Sessions,
      clock,
      timeZone,
      settings: WakeSettings.parse(settings),
      log: { debug() {}, info() {}, warn() {}, error: message => void told.push(message) },
    });
  const here = { wakes: open() };
  const take = (session: string, type: MailType, earlier: WakeMessage[] = []) =>
    here.wakes
      .messengers()
      .find(one => one.type === type)!
      .take(session, earlier);
  const texts = (messages: readonly WakeMessage[]) => messages.map(({ text }) => text);
  /** Begins the session whose turn it is, and answers what it carries; nothing when none is due. */
  const begin = () => {
    const job = queue.claim();
    return job && { id: job.id, texts: texts(take(job.id, job.type as MailType)) };
  };
  return {
    clock,
    db,
    queue,
    desk,
    told,
    take,
    orders: () => orders,
    /** The wakes after a restart of the letterbox. */
    restart() {
      here.wakes.close();
      here.wakes = open();
      here.wakes.begin();
    },
    wakes: () => here.wakes,
    arrive(type: MailType, text = "hello", mail: Mail = {}) {
      const id = deliver(db, type, clock.now(), { text, ...mail });
      here.wakes.arrived(type);
      return id;
    },
    begin,
    /** Waits until a session is due, and begins it. */
    next() {
      for (let session = begin(); ; session = begin()) {
        if (session) return session;
        clock.advance(queue.nextDue()!.getTime() - clock.now().getTime());
      }
    },
    /** Ends a session, told or untold. */
    end(id: string, state: SessionState, tell = true) {
      queue.move(id, state);
      if (tell) here.wakes.sessionChanged({ id, type: "visit", state, private: false });
    },
    /** Minutes until the next session is due. */
    due() {
      const next = queue.nextDue();
      return next && (next.getTime() - clock.now().getTime()) / MINUTE;
    },
    states: () =>
      db
        .query<{ state: string }, []>("select state from mail order by received_at, rowid")
        .all()
        .map(row => row.state),
  };
}

describe("mail that arrives", () => {
  test("D8: leads to a session by itself: of visitors after two quiet minutes, of letters after ten", () => {
    const { arrive, queue, due, clock, begin } = house();
    arrive("visit", "is somebody there?");
    expect(queue.list(9)).toMatchObject([{ type: "visit", job: "letterbox", state: "queued" }]);
    expect(due()).toBe(2);
    clock.advance(2 * MINUTE);
    expect(begin()?.texts).toEqual(["is somebody there?"]);
    arrive("correspondence");
    expect(due()).toBe(10);
  });

  test.each([
    ["visit", 2, 15],
    ["correspondence", 10, 30],
  ] as const)(
    "%s: puts its session off by %d minutes while more comes, %d at the most, and is one",
    (type, quiet, most) => {
      const { arrive, due, clock, begin, queue } = house();
      for (let minute = 0; minute < most; minute++) {
        arrive(type, String(minute), { file: "mailbox/ada/thread.jsonl", ref: `msg_${minute}` });
        expect(due()).toBe(Math.min(quiet, most - minute));
        clock.advance(MINUTE);
      }
      expect(queue.list(9)).toHaveLength(1);
      expect(begin()?.texts).toEqual(Array.from({ length: most }, (_, minute) => String(minute)));
    },
  );

  test("D7: two messages under one name in one minute both reach the agent", () => {
    const { arrive, clock, begin } = house();
    arrive("visit", "one", { file: "visitors/a.md" });
    arrive("visit", "two", { file: "visitors/a-2.md" });
    clock.advance(3 * MINUTE);
    expect(begin()?.texts).toEqual(["one", "two"]);
  });

  test("however fast it comes, an order a second is made, the first at once, and the last counts", () => {
    const { arrive, clock, orders, due } = house();
    for (let count = 0; count < 500; count++) arrive("visit");
    expect(orders()).toBe(1);
    clock.advance(0.5 * SECOND);
    arrive("visit");
    expect(orders()).toBe(1);
    clock.advance(0.5 * SECOND);
    expect([orders(), due()]).toEqual([2, 2]);
    clock.advance(MINUTE);
    expect(orders()).toBe(2);
  });

  test("the first after a session has begun has its order at once, however short ago the last was", () => {
    const { arrive, clock, begin, orders, due } = house({ settings: { visit: { quiet: 0 } } });
    arrive("visit", "a");
    begin();
    arrive("visit", "b");
    expect([orders(), due()]).toEqual([2, 0]);
    clock.advance(MINUTE);
    expect(orders()).toBe(2);
  });

  test("S2: waits for the next local midnight when the day has had its sessions; those that failed do not count, one on its way does", () => {
    const { arrive, clock, begin, next, end, due } = house({
      settings: { visit: { perDay: 2 } },
      timeZone: "America/New_York",
    });
    arrive("visit"); // 10:00 in New York
    end(next().id, "done");
    arrive("visit");
    end(next().id, "failed");
    expect(due()).toBe(5);
    const second = next().id;
    arrive("visit", "late");
    expect(clock.now().getTime() + due()! * MINUTE).toBe(Date.parse("2026-11-22T05:02:00Z"));
    end(second, "done");
    arrive("visit", "later");
    arrive("correspondence");
    expect(due()).toBe(10);
    clock.set("2026-11-22T05:02:00Z");
    expect(begin()?.texts).toEqual(["late", "later"]);
  });
});

describe("a session", () => {
  test("carries all that the agent needs to know of a message", () => {
    const { arrive, take } = house();
    const mail = { file: "mailbox/ada/thread.jsonl", ref: "msg_1", image: "mailbox/ada/a.jpg", warning: "Beware." };
    arrive("correspondence", "hi", mail);
    const { ref: id, ...rest } = mail;
    expect(take("s", "correspondence")).toEqual([{ text: "hi", from: "Ada", at: BEGIN, id, ...rest }]);
    arrive("visit", "plain");
    expect(take("t", "visit")).toEqual([{ text: "plain", from: "Ada", at: BEGIN }]);
  });

  test("carries the oldest of its type first, as many as there is room for, and the next one the rest", () => {
    const { arrive, clock, begin, end, due } = house({ settings: { mostMessages: 3, mostCharacters: 1000 } });
    for (const text of ["a", "b", "c", "d", "e".repeat(600), "f".repeat(600), "g"]) {
      arrive("visit", text);
      clock.advance(SECOND);
    }
    arrive("correspondence", "letter");
    const carried: string[][] = [];
    for (let count = 0; count < 3; count++) {
      clock.advance(3 * MINUTE);
      const session = begin()!;
      carried.push(session.texts.map(text => text[0]!));
      end(session.id, "done");
    }
    expect(carried).toEqual([
      ["a", "b", "c"],
      ["d", "e"],
      ["f", "g"],
    ]);
    clock.advance(2 * MINUTE);
    expect(begin()?.texts).toEqual(["letter"]);
    expect(due()).toBeUndefined();
  });

  test("a message that is longer than the room comes alone, cut, with the place where the whole is", () => {
    const { arrive, take } = house({ settings: { mostCharacters: 1000 } });
    arrive("visit", `${"x".repeat(999)}🌙 and more`, { file: "visitors/long.md" });
    arrive("visit", "short");
    const [long, ...others] = take("s", "visit");
    const rest = "[… cut here by Hearth: 11 more characters; the whole is in visitors/long.md]";
    expect(long!.text).toBe(`${"x".repeat(999)}\n\n${rest}`);
    expect(others).toEqual([]);
  });

  test("asked again, answers the same and what has come since; another one does not get them", () => {
    const { arrive, take } = house();
    arrive("visit", "a");
    const texts = (session: string) => take(session, "visit").map(({ text }) => text);
    expect(texts("s")).toEqual(["a"]);
    arrive("visit", "b");
    expect(texts("other")).toEqual(["b"]);
    arrive("visit", "c");
    expect(texts("s")).toEqual(["a", "c"]);
  });
});

describe("a session of letters is with one person", () => {
  let letters = 0;
  const of = (name: string): Mail => ({
    sender: name,
    file: `mailbox/${name}/thread.jsonl`,
    ref: `msg_${letters++}`,
  });

  test("it carries the letters of whoever's turn it is, the next person's begins at once", () => {
    const { arrive, next, begin, end, due, states } = house();
    arrive("correspondence", "ada 1", of("ada"));
    arrive("correspondence", "bob 1", of("bob"));
    arrive("correspondence", "ada 2", of("ada"));
    const first = next();
    expect(first.texts).toEqual(["ada 1", "ada 2"]);
    end(first.id, "done");
    expect(due()).toBe(0);
    const second = begin()!;
    expect(second.texts).toEqual(["bob 1"]);
    end(second.id, "done");
    expect([due(), ...new Set(states())]).toEqual([undefined, "shown"]);
  });

  test("what comes while it runs has its quiet time, and after one that failed nobody's letters hurry", () => {
    const { arrive, clock, begin, end, due } = house();
    arrive("correspondence", "ada", of("ada"));
    clock.advance(10 * MINUTE);
    const first = begin()!;
    arrive("correspondence", "bob", of("bob"));
    end(first.id, "done");
    expect(due()).toBe(10);
    clock.advance(10 * MINUTE);
    const second = begin()!;
    arrive("correspondence", "cleo", of("cleo"));
    clock.advance(10 * MINUTE);
    end(second.id, "failed");
    expect(due()).toBe(10);
    clock.advance(10 * MINUTE);
    expect(begin()!.texts).toEqual(["bob"]);
  });

  test("one that begins again, and one that goes on with another, gets no letters of others", () => {
    const { arrive, take } = house();
    const texts = (session: string, earlier: WakeMessage[] = []) =>
      take(session, "correspondence", earlier).map(({ text }) => text);
    arrive("correspondence", "ada 1", of("ada"));
    expect(texts("s")).toEqual(["ada 1"]);
    arrive("correspondence", "bob 1", of("bob"));
    arrive("correspondence", "ada 2", of("ada"));
    expect(texts("s")).toEqual(["ada 1", "ada 2"]);
    const told: WakeMessage = { text: "cleo", at: BEGIN, from: "cleo", file: "mailbox/cleo/thread.jsonl" };
    expect(texts("resumes cleo", [told])).toEqual([]);
    arrive("correspondence", "cleo 1", of("cleo"));
    expect(texts("resumes cleo", [told])).toEqual(["cleo 1"]);
    expect(texts("other")).toEqual(["bob 1"]);
  });

  test("who writes often takes the day from nobody: each has a session of it, and who had none comes first", () => {
    const { arrive, next, end, due, clock } = house({ settings: { correspondence: { perDay: 2 } } });
    const session = () => {
      const { id, texts } = next();
      end(id, "done");
      return texts;
    };
    arrive("correspondence", "ada 1", of("ada"));
    expect(session()).toEqual(["ada 1"]);
    arrive("correspondence", "ada 2", of("ada"));
    arrive("correspondence", "bob 1", of("bob"));
    expect(session()).toEqual(["bob 1"]);
    const tomorrow = () => clock.now().getTime() + due()! * MINUTE >= Date.parse("2026-11-22T00:00:00Z");
    expect(tomorrow()).toBe(true);
    clock.advance(MINUTE);
    arrive("correspondence", "cleo 1", of("cleo"));
    expect(due()).toBeLessThanOrEqual(30);
    expect(session()).toEqual(["cleo 1"]);
    arrive("correspondence", "cleo 2", of("cleo"));
    expect(tomorrow()).toBe(true);
    expect(session()).toEqual(["ada 2"]);
    expect(session()).toEqual(["cleo 2"]);
  });

  test("a letter that failed often is no way around the day's number", () => {
    const { arrive, next, end, due, db } = house({ settings: { correspondence: { perDay: 1 } } });
    arrive("correspondence", "ada 1", of("ada"));
    end(next().id, "done");
    const bob = arrive("correspondence", "bob 1", of("bob"));
    expect(due()).toBe(10);
    db.query("update mail set attempts = 3 where id = ?").run(bob);
    const { id } = next();
    end(id, "failed");
    arrive("correspondence", "ada 2", of("ada"));
    expect(due()).toBeGreaterThan(60);
  });

  test("one that goes on with letters that lie nowhere any more gets none", () => {
    const { arrive, take } = house();
    arrive("correspondence", "bob", of("bob"));
    expect(take("resumed", "correspondence", [{ text: "whose?", at: BEGIN }])).toEqual([]);
  });

  test("letters that lie nowhere any more are in a session each: nobody knows whose they were", () => {
    const { arrive, take } = house();
    for (const text of ["a", "b"]) arrive("correspondence", text);
    expect(take("s", "correspondence").map(({ text }) => text)).toEqual(["a"]);
  });
});

describe("when a session is over", () => {
  test("S6: done: its mail was shown, and nothing is ordered", () => {
    const { arrive, clock, begin, end, states, due } = house();
    arrive("visit");
    clock.advance(2 * MINUTE);
    end(begin()!.id, "done");
    expect(states()).toEqual(["shown"]);
    expect(due()).toBeUndefined();
  });

  test.each(["failed", "budget_stopped", "timed_out", "interrupted"] as const)(
    "%s: its mail waits again, longer each time, six hours at the most, and is not lost",
    state => {
      const { arrive, clock, begin, end, states, due } = house();
      arrive("visit", "patience");
      clock.advance(2 * MINUTE);
      const waits = Array.from({ length: 9 }, () => {
        const session = begin()!;
        expect(session.texts).toEqual(["patience"]);
        end(session.id, state);
        expect(states()).toEqual(["waiting"]);
        const wait = due()!;
        clock.advance(wait * MINUTE);
        return wait;
      });
      expect(waits).toEqual([5, 10, 20, 40, 80, 160, 320, 360, 360]);
    },
  );

  test("cancelled: its mail waits for what comes next, and wakes nobody by itself", () => {
    const { arrive, clock, begin, end, due } = house();
    arrive("visit", "a");
    clock.advance(2 * MINUTE);
    end(begin()!.id, "cancelled");
    expect(due()).toBeUndefined();
    clock.advance(HOUR);
    arrive("visit", "b");
    expect(due()).toBe(2);
    clock.advance(2 * MINUTE);
    expect(begin()?.texts).toEqual(["a", "b"]);
  });

  test("cancelled, and more had waited than it could carry: that has its session", () => {
    const { arrive, next, end, due } = house({ settings: { mostMessages: 1 } });
    for (const text of ["a", "b"]) arrive("visit", text);
    end(next().id, "cancelled");
    expect(due()).toBe(2);
  });

  test("mail that comes while a failed session's mail waits takes it along, at the latest after its own longest wait", () => {
    const { arrive, clock, begin, end, due } = house();
    arrive("visit", "a");
    clock.advance(2 * MINUTE);
    for (let count = 0; count < 2; count++) {
      end(begin()!.id, "failed");
      clock.advance(due()! * MINUTE);
    }
    end(begin()!.id, "failed");
    expect(due()).toBe(20);
    clock.advance(MINUTE);
    arrive("visit", "b");
    expect(due()).toBe(14);
  });

  test("mail that failed three times comes alone and after all other, so that it cannot keep the others from the agent", () => {
    const { arrive, next, end, due } = house();
    const go = (state: (texts: string[]) => SessionState) => {
      const session = next();
      end(session.id, state(session.texts));
      return session.texts;
    };
    const poisoned = (texts: string[]): SessionState => (texts.includes("poison") ? "failed" : "done");
    arrive("visit", "poison");
    arrive("visit", "a");
    arrive("visit", "b");
    const together = Array.from({ length: 3 }, () => go(poisoned));
    expect(together).toEqual(Array(3).fill(["poison", "a", "b"]));
    arrive("visit", "new");
    expect(Array.from({ length: 4 }, () => go(poisoned))).toEqual([["new"], ["poison"], ["a"], ["b"]]);
    expect(go(() => "done")).toEqual(["poison"]);
    expect(due()).toBeUndefined();
  });

  test("a house whose agent was away for a day shows what waited in few sessions", () => {
    const { arrive, next, end, states } = house();
    for (let count = 0; count < 20; count++) arrive("visit", String(count));
    for (let count = 0; count < 5; count++) end(next().id, "failed");
    let sessions = 0;
    for (; states().includes("waiting"); sessions++) end(next().id, "done");
    expect(sessions).toBeLessThanOrEqual(4);
  });
});

describe("after a restart", () => {
  test("what waits without an order gets one, and one that has its order is not put off beyond its latest time", () => {
    const { db, clock, restart, due, queue } = house();
    deliver(db, "correspondence", clock.now());
    restart();
    expect(due()).toBe(10);
    for (let count = 0; count < 20; count++) {
      clock.advance(MINUTE);
      restart();
    }
    expect(due()).toBe(10);
    clock.advance(5 * MINUTE);
    restart();
    expect(due()).toBe(5);
    expect(queue.list(9)).toHaveLength(1);
  });

  test("what became of a session unheard is put right", () => {
    const { arrive, clock, begin, end, restart, states, due } = house();
    const unheard = (state: SessionState) => {
      arrive("visit", state);
      clock.advance((due() ?? 0) * MINUTE);
      end(begin()!.id, state, false);
      expect(states().at(-1)).toBe("taken");
      restart();
      return states().at(-1);
    };
    expect(unheard("done")).toBe("shown");
    expect(unheard("interrupted")).toBe("waiting");
    expect(due()).toBe(5);
  });

  test("a session that runs still keeps its mail; one that nobody knows any more does not", () => {
    const { arrive, clock, begin, db, restart, states } = house();
    arrive("visit");
    clock.advance(2 * MINUTE);
    const { id } = begin()!;
    restart();
    expect(states()).toEqual(["taken"]);
    db.query("update mail set session = 'gone' where session = ?").run(id);
    restart();
    expect(states()).toEqual(["waiting"]);
  });

  test("nothing waits: nothing is ordered", () => {
    const { restart, orders } = house();
    restart();
    expect(orders()).toBe(0);
  });
});

describe("an order that cannot be written", () => {
  test("never throws, is told, and is made as soon as it can", () => {
    const { arrive, clock, desk, told, due } = house();
    desk.broken = true;
    arrive("visit");
    expect(told).toHaveLength(1);
    clock.advance(MINUTE);
    expect(told).toHaveLength(2);
    desk.broken = false;
    clock.advance(MINUTE);
    expect(due()).toBe(2);
    clock.advance(MINUTE);
    expect(told).toHaveLength(2);
  });

  test("is not tried again once the letterbox is closed", () => {
    const { arrive, clock, desk, told, wakes } = house();
    desk.broken = true;
    arrive("visit");
    wakes().close();
    arrive("visit"); // one that was on its way
    clock.advance(HOUR);
    expect(told).toHaveLength(2);
  });
});

test("the settings refuse a longest wait that is shorter than the quiet one", () => {
  expect(WakeSettings.safeParse({ visit: { quiet: 60, atMost: 30 } }).success).toBe(false);
  expect(WakeSettings.parse({}).correspondence).toEqual({ quiet: 600, atMost: 1800, perDay: 12 });
});

describe("from the arrival to the agent", () => {
  const visitors = definePlugin({
    id: "visitors",
    summary: "",
    setup: ctx =>
      ctx.add(Couriers, {
        id: "visitor",
        wakes: "visit",
        trust: "strangers",
        deliver: async ({ id }) => ({ file: `visitors/${id}.md` }),
      }),
  });
  const folders = { sessions: sessionsFolder, letterbox: letterboxFolder };
  const knock = async (app: SessionsKernel, text: string) => {
    const box = app.service(Letterbox);
    const message = { kind: "visitor", from: "Ada", text };
    await box.take({ message, screened: await box.screen(message) });
  };
  const states = (app: SessionsKernel) => app.sessions.list(9).map(({ state }) => state);
  const plugins = [letterbox, visitors];

  test("a message is shown, through a session that fails first", async () => {
    const clock = new HeldClock(BEGIN);
    async function* fails(): AsyncGenerator<AgentEvent> {
      yield start;
      yield result({ ok: false, text: "", error: "overloaded" });
    }
    let runs = 0;
    await using app = await sessionsKernel(() => (runs++ === 0 ? fails() : sayDone()), { plugins, clock, folders });
    await knock(app, "knock, knock");
    expect(states(app)).toEqual(["queued"]);
    clock.advance(2 * MINUTE);
    await until(() => states(app).join() === "queued,failed");
    clock.advance(5 * MINUTE);
    await until(() => states(app).join() === "done,failed");
    expect(app.requests.map(({ userPrompt }) => userPrompt.match(/<.*>/g))).toEqual([
      ["<knock, knock>"],
      ["<knock, knock>"],
    ]);
    app.sessions.wake({ type: "visit", job: "test" });
    await until(() => app.requests.length === 3);
    expect(app.requests[2]!.userPrompt).not.toContain("knock");
  });

  test("a wake by hand takes along what waits", async () => {
    await using app = await sessionsKernel(undefined, { plugins, clock: new HeldClock(BEGIN), folders });
    for (const text of ["one", "two"]) await knock(app, text);
    await app.sessions.ended(app.sessions.wake({ type: "visit", job: "test" }).id);
    expect(states(app)).toEqual(["done"]);
    expect(app.requests[0]!.userPrompt).toContain("<one>\n<two>");
  });

  test("a session that is cancelled while it runs leaves its mail to the next", async () => {
    await using app = await sessionsKernel(request => (app.requests.length === 1 ? untilAborted(request) : sayDone()), {
      plugins,
      clock: new HeldClock(BEGIN),
      folders,
    });
    await knock(app, "one");
    const { id } = app.sessions.wake({ type: "visit", job: "test" });
    await until(() => app.sessions.find(id)!.state === "running");
    app.sessions.cancel(id);
    await app.sessions.ended(id);
    expect(states(app)).toEqual(["cancelled"]);
    await app.sessions.ended(app.sessions.wake({ type: "visit", job: "test" }).id);
    expect(app.requests.map(({ userPrompt }) => userPrompt.includes("<one>"))).toEqual([true, true]);
  });
});
