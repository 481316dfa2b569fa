import { describe, expect, test } from "bun:test";
import { Ailments, Commands, UsageError, visibleText } from "hearth";
import { Messengers, SessionChanged } from "hearth-plugins/sessions";
import { review } from "../../plugins/letterbox/review";
import {
  type LetterboxKernel,
  letter,
  letterboxKernel,
  type TestScreen,
  testScreen,
  visitor,
} from "../fixtures/letterbox";
import { until } from "../fixtures/until";

const MINUTE = 60_000;
const pixels = Uint8Array.of(137, 80, 78, 71);
const picture = { bytes: pixels, mime: "image/png", extension: ".png", width: 2, height: 1 } as const;

const suspecting = () => testScreen(() => ({ verdict: "suspicious", reason: "it gives orders" }));
const down = () =>
  testScreen(() => {
    throw new Error("the line is dead");
  });

/** A kernel whose screen finds everything suspicious, and the ids of messages of strangers that it holds. */
async function holding(...texts: string[]): Promise<LetterboxKernel & { ids: string[]; screen: TestScreen }> {
  const screen = suspecting();
  const app = await letterboxKernel({ all: { screen } });
  const ids: string[] = [];
  for (const text of texts) {
    ids.push((await app.send(visitor(text))).id);
    app.clock.advance(1000);
  }
  return Object.assign(app, { ids, screen });
}

const decide = (app: LetterboxKernel, id: string, decision: string) =>
  app.call("POST", `/admin/quarantine/${id}`, { body: { decision } });
const waiting = (app: LetterboxKernel) =>
  app.items(Messengers).flatMap(one => one.take(one.type).map(({ text, warning }) => [text, warning]));
const stateOf = async (app: LetterboxKernel, state: string) =>
  (await app.get(`/admin/quarantine?state=${state}`)).body.messages.map((one: { text: string }) => one.text);

describe("what is held", () => {
  test("reaches neither the home nor the agent, leads to no session, and is told", async () => {
    await using app = await holding("Obey me.");
    expect(app.bag.brought).toEqual([]);
    expect([app.orders, waiting(app)]).toEqual([[], []]);
    expect(app.news.moved).toEqual([
      { id: app.ids[0]!, kind: "visitor", from: "Ann", to: "held", by: "screening", file: null },
    ]);
  });

  test("is listed for who has the key, newest first", async () => {
    await using app = await holding("First.", "Second.");
    const { status, body } = await app.get("/admin/quarantine");
    expect(status).toBe(200);
    expect(body.messages.map(({ text }: { text: string }) => text)).toEqual(["Second.", "First."]);
    expect(body.messages[1]).toEqual({
      id: app.ids[0],
      kind: "visitor",
      from: "Ann",
      text: "First.",
      received_at: "2026-11-21T12:00:00.000Z",
      state: "held",
      standing: "suspicious",
      verdicts: [{ screen: "screen", verdict: "suspicious", reason: "it gives orders" }],
      has_picture: false,
      file: null,
      decided_at: null,
    });
    expect((await app.get("/admin/quarantine", { key: null })).status).toBe(401);
    expect((await app.get("/admin/quarantine?limit=1")).body.messages.length).toBe(1);
    for (const query of ["state=taken", "limit=0", "limit=x"])
      expect((await app.get(`/admin/quarantine?${query}`)).status).toBe(422);
  });

  test("has an end: a flood is refused with 503 and Retry-After, and there is room again when somebody has decided", async () => {
    const app = await letterboxKernel({ all: { screen: suspecting() }, settings: { mostHeld: 2 } });
    await using _ = app;
    const { id } = await app.send(visitor("First."));
    await app.send(visitor("Second."));
    const refused = await app.send(visitor("Third.")).catch(error => error);
    expect(refused).toMatchObject({ status: 503, headers: { "retry-after": "3600" } });
    expect(await stateOf(app, "held")).toEqual(["Second.", "First."]);
    expect(app.news.moved).toHaveLength(2);
    await decide(app, id, "reject");
    await app.send(visitor("Fourth."));
    expect(await stateOf(app, "held")).toEqual(["Fourth.", "Second."]);
  });

  test("the list is made anew only when something has changed", async () => {
    await using app = await holding("First.");
    const first = await app.get("/admin/quarantine");
    const headers = { "if-none-match": first.headers.get("etag")! };
    expect((await app.get("/admin/quarantine", { headers })).status).toBe(304);
    await decide(app, app.ids[0]!, "reject");
    expect((await app.get("/admin/quarantine", { headers })).body).toEqual({ messages: [] });
  });

  test("its picture is shown as nothing but a picture", async () => {
    await using app = await letterboxKernel({ all: { screen: suspecting() } });
    const { id } = await app.send(visitor("See."), { picture });
    expect((await app.get("/admin/quarantine")).body.messages[0].has_picture).toBe(true);
    const response = await app.fetch(`/admin/quarantine/${id}/picture`, {
      headers: { "x-api-key": "test-service-key" },
    });
    expect(response.headers.get("content-type")).toBe("image/png");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("content-disposition")).toBe(`inline; filename="${id}.png"`);
    expect(await response.bytes()).toEqual(pixels);
    expect((await app.get("/admin/quarantine/nothing/picture")).status).toBe(404);
    expect((await app.get(`/admin/quarantine/${id}/picture`, { key: null })).status).toBe(401);
  });

  test("is among what needs a person", async () => {
    await using app = await holding("One.", "Two.", "Three.");
    const [source] = app.items(Ailments);
    expect(source!.list()).toEqual([
      {
        path: "(quarantine)",
        problem: "3 messages wait in the quarantine for a person: hearth quarantine review",
        since: "2026-11-21T12:00:00.000Z",
      },
    ]);
    for (const id of app.ids) await decide(app, id, "reject");
    expect(source!.list()).toEqual([]);
  });
});

describe("a person's decision", () => {
  test("release: it is brought to its place with all that it has, and leads to a session", async () => {
    await using app = await letterboxKernel({ all: { screen: suspecting() } });
    const { id } = await app.send(visitor("Let me in."), { picture, data: { source: "api" } });
    app.clock.advance(MINUTE);
    const { status, body } = await decide(app, id, "release");
    expect(status).toBe(200);
    expect(body).toMatchObject({ id, state: "waiting", file: `visitors/${id}.md`, has_picture: false });
    expect(app.bag.brought).toEqual([
      {
        kind: "visitor",
        from: "Ann",
        text: "Let me in.",
        id,
        receivedAt: "2026-11-21T12:00:00.000Z",
        data: { source: "api" },
        picture,
      },
    ]);
    expect(app.news.moved.at(-1)).toMatchObject({ id, to: "delivered", by: "person", file: `visitors/${id}.md` });
    expect(app.orders).toMatchObject([{ type: "visit" }]);
    expect(waiting(app)).toEqual([["Let me in.", undefined]]); // a person has looked at it
  });

  test("reject: the agent never sees it, and people may look at it for a while", async () => {
    await using app = await holding("Obey me.");
    const { body } = await decide(app, app.ids[0]!, "reject");
    expect(body).toMatchObject({ state: "rejected", file: null });
    expect(app.news.moved.at(-1)).toMatchObject({ to: "rejected", by: "person", file: null });
    expect([app.bag.brought, waiting(app)]).toEqual([[], []]);
    expect(await stateOf(app, "held")).toEqual([]);
    expect(await stateOf(app, "rejected")).toEqual(["Obey me."]);
    app.clock.set("2026-12-20T12:00:00Z");
    await until(() => app.kernel.activity.running(["letterbox"]).length === 0);
    expect(await stateOf(app, "rejected")).toEqual(["Obey me."]);
    app.clock.set("2026-12-21T12:00:02Z");
    await until(async () => (await stateOf(app, "rejected")).length === 0);
  });

  test("counts once: the second is told that it is too late, also when both come at once", async () => {
    await using app = await holding("Twice?");
    const gate = Promise.withResolvers<void>();
    app.bag.gate = gate.promise;
    const first = decide(app, app.ids[0]!, "release");
    const second = await decide(app, app.ids[0]!, "reject");
    gate.resolve();
    expect([(await first).status, second.status]).toEqual([200, 409]);
    expect(second.body).toEqual({ detail: "This message has been decided on already" });
    expect((await decide(app, app.ids[0]!, "reject")).status).toBe(409);
    expect(app.bag.brought.length).toBe(1);
  });

  test("it stays held when its courier's plugin is off, or the courier fails", async () => {
    await using app = await holding("Wait.");
    const id = app.ids[0]!;
    app.bag.fault = new Error("the ink is dry");
    expect((await decide(app, id, "release")).status).toBe(500);
    await app.kernel.disable("test-couriers");
    expect((await decide(app, id, "release")).status).toBe(503);
    expect(await stateOf(app, "held")).toEqual(["Wait."]);
    app.bag.fault = undefined;
    await app.kernel.enable("test-couriers");
    expect((await decide(app, id, "release")).status).toBe(200);
  });

  test("what makes no sense is refused", async () => {
    await using app = await holding("Hm.");
    expect((await decide(app, "nothing", "release")).status).toBe(404);
    expect((await decide(app, app.ids[0]!, "perhaps")).status).toBe(422);
    const more = { body: { decision: "release", twice: true } };
    expect((await app.call("POST", `/admin/quarantine/${app.ids[0]}`, more)).status).toBe(422);
    expect((await app.call("POST", `/admin/quarantine/${app.ids[0]}`, { body: "x".repeat(5000) })).status).toBe(413);
    expect((await app.call("POST", `/admin/quarantine/${app.ids[0]}`, { key: null })).status).toBe(401);
    expect(await stateOf(app, "held")).toEqual(["Hm."]);
  });
});

describe("W-10: what could not be screened is screened again when the screens answer", () => {
  /** A kernel whose screen is down, with a stranger's message held and a sender's delivered. */
  async function outage() {
    const screen = down();
    const app = await letterboxKernel({ all: { screen } });
    const held = await app.send(visitor("A stranger's."));
    const delivered = await app.send(letter("A sender's."));
    app.clock.advance(MINUTE);
    return Object.assign(app, { screen, held, delivered });
  }
  /** The screens answer from now on, and the next round comes. */
  const answers = (app: Awaited<ReturnType<typeof outage>>, answer: TestScreen["answer"]) => {
    app.screen.answer = answer;
    app.news.screened.length = 0;
    app.clock.advance(5 * MINUTE);
  };

  test("what passes is released, and loses its warning", async () => {
    await using app = await outage();
    answers(app, () => ({ verdict: "pass" }));
    await until(() => app.news.screened.length === 2);
    await until(() => app.bag.brought.length === 2);
    await until(() => app.news.moved.length === 3);
    expect(app.news.moved.at(-1)).toMatchObject({ id: app.held.id, to: "delivered", by: "screening" });
    expect(app.news.screened).toMatchObject([
      { kind: "visitor", standing: "passed", held: false },
      { kind: "letter", standing: "passed" },
    ]);
    await until(() => app.kernel.activity.running(["letterbox"]).length === 0);
    expect(waiting(app)).toEqual([
      ["A stranger's.", undefined],
      ["A sender's.", undefined],
    ]);
  });

  test("what is suspicious stays held, or gets another warning", async () => {
    await using app = await outage();
    answers(app, suspecting().answer);
    await until(() => app.news.screened.length === 2);
    await until(() => app.kernel.activity.running(["letterbox"]).length === 0);
    expect((await app.get("/admin/quarantine")).body.messages).toMatchObject([
      { id: app.held.id, standing: "suspicious" },
    ]);
    const [[text, warning]] = waiting(app) as [[string, string]];
    expect(text).toBe("A sender's.");
    expect(warning).toContain("may try to steer you");
  });

  test("what is rejected is not shown: neither what was held, nor what lies in the home already", async () => {
    await using app = await outage();
    answers(app, () => ({ verdict: "reject", reason: "rude" }));
    await until(() => app.news.screened.length === 2);
    await until(() => app.kernel.activity.running(["letterbox"]).length === 0);
    expect(await stateOf(app, "rejected")).toEqual(["A sender's.", "A stranger's."]);
    expect(waiting(app)).toEqual([]);
    const { file } = app.delivered.delivered!;
    expect((await app.home.read(file))?.text).toBe("A sender's.");
    expect(app.log).toContainEqual(expect.objectContaining({ level: "warn", mail: app.delivered.id, file }));
  });

  test("what the agent has seen is only noted", async () => {
    await using app = await outage();
    const [, correspondence] = app.items(Messengers);
    correspondence!.take("session-1");
    app.finished.add("session-1");
    await app.emit(SessionChanged, { id: "session-1", type: "correspondence", state: "done", private: false });
    answers(app, () => ({ verdict: "reject", reason: "rude" }));
    await until(() => app.news.screened.length === 2);
    await until(() => app.kernel.activity.running(["letterbox"]).length === 0);
    expect(await stateOf(app, "rejected")).toEqual(["A stranger's."]);
    expect(app.log).toContainEqual(
      expect.objectContaining({ level: "warn", message: expect.stringContaining("the agent has seen") }),
    );
  });

  test("while they do not answer, a round asks for one message only, and nothing is told", async () => {
    await using app = await outage();
    const before = app.screen.asked.length;
    answers(app, down().answer);
    await until(() => app.screen.asked.length === before + 1);
    await until(() => app.kernel.activity.running(["letterbox"]).length === 0);
    expect(app.news.screened).toEqual([]);
    expect(app.screen.asked.length).toBe(before + 1);
    answers(app, () => ({ verdict: "pass" }));
    await until(() => app.bag.brought.length === 2);
  });

  test("a message of which no screen can ever tell does not keep the others from being screened", async () => {
    await using app = await outage();
    const poisoned: TestScreen["answer"] = ({ text }) => {
      if (text === "A stranger's.") throw new Error("no whole verdict");
      return { verdict: "pass" };
    };
    const rounds = app.screen.asked.length;
    answers(app, poisoned);
    await until(() => app.screen.asked.length === rounds + 1);
    await until(() => app.kernel.activity.running(["letterbox"]).length === 0);
    answers(app, poisoned);
    await until(() => app.news.screened.length === 1);
    await until(() => app.kernel.activity.running(["letterbox"]).length === 0);
    expect(app.news.screened).toMatchObject([{ kind: "letter", standing: "passed" }]);
    expect(app.screen.asked.slice(rounds).map(({ text }) => text)).toEqual([
      "A stranger's.",
      "A sender's.",
      "A stranger's.",
    ]);
    answers(app, () => ({ verdict: "pass" }));
    await until(() => app.bag.brought.length === 2);
  });

  test("without any screen, what is held waits for a person", async () => {
    await using app = await outage();
    await app.kernel.disable("test-screens");
    app.clock.advance(20 * MINUTE);
    await until(() => app.kernel.activity.running(["letterbox"]).length === 0);
    expect(await stateOf(app, "held")).toEqual(["A stranger's."]);
  });

  test("what a person has released is not asked of the screens again", async () => {
    await using app = await outage();
    const decided = await app.call("POST", `/admin/quarantine/${app.held.id}`, { body: { decision: "release" } });
    expect(decided.status).toBe(200);
    answers(app, () => ({ verdict: "reject", reason: "changed its mind" }));
    await until(() => app.news.screened.length === 1);
    await until(() => app.kernel.activity.running(["letterbox"]).length === 0);
    expect(app.news.screened).toMatchObject([{ kind: "letter", standing: "rejected" }]);
    expect(waiting(app).map(([text]) => text)).toEqual(["A stranger's."]);
  });
  test("a person who is faster is not overruled", async () => {
    await using app = await outage();
    const answer = Promise.withResolvers<unknown>();
    const before = app.screen.asked.length;
    answers(app, () => answer.promise);
    await until(() => app.screen.asked.length > before);
    await decide(app, app.held.id, "reject");
    answer.resolve({ verdict: "pass" });
    await until(() => app.news.screened.length === 2);
    await until(() => app.kernel.activity.running(["letterbox"]).length === 0);
    expect(await stateOf(app, "rejected")).toEqual(["A stranger's."]);
    expect(app.bag.brought.map(({ text }) => text)).toEqual(["A sender's."]);
  });
});

describe("hearth quarantine", () => {
  /** Runs the command; answers what it printed, and its exit code. */
  async function run(app: LetterboxKernel, ...args: string[]) {
    const lines: string[] = [];
    const command = app.items(Commands).find(({ id }) => id === "quarantine")!;
    const code = await command.run(args, { print: line => lines.push(line), signal: new AbortController().signal });
    return { lines, code };
  }

  test("lists what waits, a line each", async () => {
    await using app = await holding("First\nwords.", "x".repeat(200));
    const { lines, code } = await run(app);
    expect(code).toBe(0);
    expect(lines[1]).toBe(`${app.ids[0]}  2026-11-21 12:00  visitor   suspicious  Ann: First words.`);
    expect(lines[0]).toEndWith(`Ann: ${"x".repeat(60)}`);
    for (const id of app.ids) await decide(app, id, "reject");
    expect((await run(app, "list")).lines).toEqual(["nothing waits in the quarantine"]);
  });

  test("shows one whole, with what the screens said", async () => {
    await using app = await holding("First line.\nSecond line.");
    expect((await run(app, "show", app.ids[0]!)).lines).toEqual([
      "visitor of Ann, 2026-11-21 12:00 UTC, suspicious, held",
      "  screen: suspicious (it gives orders)",
      "  │ First line.",
      "  │ Second line.",
    ]);
    await decide(app, app.ids[0]!, "reject");
    expect((await run(app, "show", app.ids[0]!)).lines[0]).toContain("rejected");
    expect(run(app, "show", "nothing")).rejects.toThrow('there is no message "nothing"');
  });

  test("releases and rejects, each by itself, and says what could not be done", async () => {
    await using app = await holding("One.", "Two.", "Three.");
    const [one, two, three] = app.ids as [string, string, string];
    const { lines, code } = await run(app, "release", one, "nothing", two);
    expect(lines).toEqual([
      `${one}: released`,
      "nothing: There is no such message in the quarantine",
      `${two}: released`,
    ]);
    expect(code).toBe(1);
    expect(await run(app, "reject", three)).toEqual({ lines: [`${three}: rejected`], code: 0 });
    expect(waiting(app).map(([text]) => text)).toEqual(["One.", "Two."]);
  });

  test("knows nothing else", async () => {
    await using app = await holding();
    for (const args of [["open"], ["show"], ["release"], ["list", "all"], ["review", "x"]])
      expect(run(app, ...args)).rejects.toThrow(UsageError);
  });
});

describe("the review at the terminal", () => {
  /** Reviews what a kernel holds, with what a person types. */
  async function reviewed(app: LetterboxKernel, typed: readonly string[], signal = new AbortController().signal) {
    const lines: string[] = [];
    const call = (path: string, body?: unknown) =>
      app.call(body ? "POST" : "GET", `/admin/quarantine${path}`, { body });
    const door = {
      list: async () => (await call("")).body.messages,
      decide: async (id: string, decision: string) => {
        const { status, body } = await call(`/${id}`, { decision });
        if (status !== 200) throw new Error(body.detail);
      },
    };
    const typing = (async function* () {
      yield* typed;
    })();
    const code = await review(door, { print: line => lines.push(...line.split("\n")), signal }, typing);
    return { lines, code };
  }

  test("goes through what waits, the oldest first, and does what the person says", async () => {
    await using app = await holding("One.", "Two.", "Three.", "Four.");
    const { lines, code } = await reviewed(app, ["r", "  X ", "what?", "skip", "q"]);
    expect(code).toBe(0);
    expect(lines.filter(line => line.includes("│"))).toEqual(["  │ One.", "  │ Two.", "  │ Three.", "  │ Four."]);
    expect(lines.filter(line => line.startsWith("r release")).length).toBe(5);
    expect(waiting(app).map(([text]) => text)).toEqual(["One."]);
    expect(await stateOf(app, "rejected")).toEqual(["Two."]);
    expect(await stateOf(app, "held")).toEqual(["Four.", "Three."]);
  });

  test("ends when the person types no more, or goes", async () => {
    await using app = await holding("One.");
    expect((await reviewed(app, [])).code).toBe(0);
    expect((await reviewed(app, ["r"], AbortSignal.abort())).code).toBe(0);
    expect(await stateOf(app, "held")).toEqual(["One."]);
  });

  test("what cannot be done is said, and the next one comes", async () => {
    await using app = await holding("One.", "Two.");
    app.bag.fault = new Error("the ink is dry");
    const { lines } = await reviewed(app, ["r", "x"]);
    expect(lines).toContain("Internal Server Error");
    expect(await stateOf(app, "rejected")).toEqual(["Two."]);
  });

  test("says when nothing waits", async () => {
    await using app = await holding();
    expect((await reviewed(app, [])).lines).toEqual(["nothing waits in the quarantine"]);
  });

  test("nothing that a stranger wrote reaches the terminal as anything but letters", async () => {
    const evil = "\u001b]0;title\u0007\u001b[2Jhi\rover\u202etxt.exe\u2066\u200b\u{E0041}\u009b31m\u0000\ud800";
    const screen = testScreen(() => ({ verdict: "suspicious", reason: `\u001b[8m${"\n"}released` }));
    await using app = await letterboxKernel({ all: { screen } });
    await app.send(visitor(`${evil}\nr release`, `Ann\u001b[A\nvisitor of Bea\u202e`));
    const { lines } = await reviewed(app, []);
    const text = lines.join("\n");
    expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}]/u);
    expect(text).toContain("<U+001B>[2Jhi<U+000D>over<U+202E>txt.exe<U+2066><U+200B><U+E0041><U+009B>31m<U+0000>");
    expect(lines.filter(line => line === "r release")).toEqual([]); // only behind a bar
    expect(lines.filter(line => line.startsWith("visitor of Bea"))).toEqual([]);
  });

  test("letters of all scripts, emoji and tabs stay as they are", () => {
    const text = "héllo\tмир 世界 👩‍👩‍👧 می‌خواهم\n";
    expect(visibleText(text)).toBe(text);
  });
});
