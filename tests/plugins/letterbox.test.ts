import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { HttpError, Welcomes } from "hearth";
import { temporaryFolder } from "hearth/testing";
import type { Delivered } from "hearth-plugins/letterbox";
import { Messengers, SessionChanged } from "hearth-plugins/sessions";
import { Commits } from "../../plugins/letterbox/commits";
import { type LetterboxKernel, letter, letterboxKernel, passed, testScreen, visitor } from "../fixtures/letterbox";
import { type LetterboxHouse, letterboxHouse } from "../fixtures/letterbox-house";
import { until } from "../fixtures/until";

const picture = {
  bytes: new Uint8Array([1, 2, 3]),
  mime: "image/png",
  extension: ".png",
  width: 2,
  height: 1,
} as const;

/** What the next session of each type is shown. */
const shown = ({ items }: Pick<LetterboxKernel, "items">) =>
  items(Messengers).flatMap(one => one.take(`session of ${one.type}`).map(({ text, id }) => [one.type, text, id]));

describe("mail that is taken", () => {
  test("is brought to its place by its courier, told, and leads to a session of its type", async () => {
    await using app = await letterboxKernel();
    const { id, delivered } = await app.send(visitor("Hello."), { picture, data: { source: "api" } });
    expect(app.bag.brought).toEqual([
      {
        kind: "visitor",
        from: "Ann",
        text: "Hello.",
        id,
        receivedAt: "2026-11-21T12:00:00.000Z",
        picture,
        data: { source: "api" },
      },
    ]);
    expect(delivered).toEqual({ file: `visitors/${id}.md` });
    expect((await app.home.read(delivered!.file))?.text).toBe("Hello.");
    expect(app.news.moved).toEqual([
      { id, kind: "visitor", from: "Ann", to: "delivered", by: "screening", file: delivered!.file },
    ]);
    expect(app.orders).toMatchObject([{ type: "visit", job: "letterbox" }]);
    expect(shown(app)).toEqual([["visit", "Hello.", undefined]]);
  });

  test("comes to the session with its name in its file", async () => {
    await using app = await letterboxKernel();
    const { id } = await app.send(letter("Dear you."));
    expect(app.orders).toMatchObject([{ type: "correspondence" }]);
    expect(shown(app)).toEqual([["correspondence", "Dear you.", `letter-${id}`]]);
  });

  test("has a name of its own that sorts by time", async () => {
    await using app = await letterboxKernel();
    const ids: string[] = [];
    for (let n = 0; n < 100; n++) {
      ids.push((await app.send(visitor(`${n}`))).id);
      if (n % 10 === 0) app.clock.advance(1);
    }
    expect(new Set(ids).size).toBe(100);
    expect([...ids].sort()).toEqual(ids);
  });

  test("a hundred at once are all there, each once", async () => {
    await using app = await letterboxKernel();
    await Promise.all(Array.from({ length: 100 }, (_, n) => app.send(visitor(`message ${n}`))));
    expect(app.bag.brought.length).toBe(100);
    expect(app.news.moved.length).toBe(100);
    const texts = app.items(Messengers).flatMap(({ take }) => [0, 1, 2].flatMap(n => take(`session ${n}`)));
    expect(new Set(texts.map(({ text }) => text)).size).toBe(100);
  });

  test("is refused with 503 when nobody brings its kind", async () => {
    await using app = await letterboxKernel({ withCouriers: false });
    const error = await app.send(visitor("Hello.")).catch(error => error);
    expect(error).toBeInstanceOf(HttpError);
    expect(error.status).toBe(503);
    expect(error.detail).toContain('"visitor"');
  });

  test("is not taken when its courier fails: nothing is written down, told or ordered", async () => {
    await using app = await letterboxKernel();
    app.bag.fault = new Error("the ink is dry");
    await expect(app.send(visitor("Hello."))).rejects.toThrow("the ink is dry");
    expect([app.news.moved, app.orders, shown(app)]).toEqual([[], [], []]);
  });
});

describe("mail that lies in its place already", () => {
  const place: Delivered = { file: "mailbox/ann/thread.jsonl", ref: "msg_1" };
  const at = new Date("2026-11-20T08:00:00Z");

  test("is taken note of once, and leads to a session", async () => {
    await using app = await letterboxKernel();
    app.letterbox.adopt(letter("Found."), place, at);
    app.letterbox.adopt(letter("Found."), place, at);
    app.letterbox.adopt(letter("Found too."), { ...place, ref: "msg_2" }, at);
    expect(shown(app)).toEqual([
      ["correspondence", "Found.", "msg_1"],
      ["correspondence", "Found too.", "msg_2"],
    ]);
    expect(app.orders[0]).toMatchObject({ type: "correspondence" });
    expect(app.news.moved.map(({ to, file }) => [to, file])).toEqual([
      ["delivered", place.file],
      ["delivered", place.file],
    ]);
  });

  test("is left alone when it was handed in, also after it was shown", async () => {
    await using app = await letterboxKernel();
    const { delivered } = await app.send(letter("Known."));
    app.letterbox.adopt(letter("Known."), delivered!, at);
    expect(shown(app).length).toBe(1);
  });

  test("found before it is written down that it was handed in, it is one piece of mail still", async () => {
    await using app = await letterboxKernel();
    app.bag.heard = delivered => app.letterbox.adopt(letter("Known."), delivered, at);
    await app.send(letter("Known."));
    expect(shown(app).length).toBe(1);
  });

  test("nobody has looked at it, and the agent is told so", async () => {
    const screen = testScreen();
    await using app = await letterboxKernel({ all: { screen } });
    app.letterbox.adopt(visitor("From before."), { file: "visitors/before.md" }, at);
    const first = app.items(Messengers).flatMap(one => one.take("a session"));
    expect(first[0]!.warning).toContain("nobody has looked at it");
  });

  test("it is screened as soon as there are screens, however early it was found", async () => {
    const screen = testScreen(() => ({ verdict: "reject", reason: "rude" }));
    await using app = await letterboxKernel({ all: { screen } });
    await app.kernel.disable("test-screens");
    app.letterbox.adopt(letter("Early."), place, at);
    await app.kernel.enable("test-screens");
    await until(() => app.news.screened.length === 1);
    await until(() => app.kernel.activity.running(["letterbox"]).length === 0);
    expect(shown(app)).toEqual([]);
  });

  test("of a kind that nobody brings is the finder's fault", async () => {
    await using app = await letterboxKernel({ withCouriers: false });
    expect(() => app.letterbox.adopt(letter("Whose?"), place, at)).toThrow('"letter"');
  });
});

test.each(["Second.", "First."])(
  "a name in the home that is used again holds new mail: after First. comes %s",
  async next => {
    await using app = await letterboxKernel();
    app.bag.file = "visitors/2026-11-21-1200-ann.md";
    await app.send(visitor("First."));
    const [visit] = app.items(Messengers).filter(({ type }) => type === "visit");
    expect(visit!.take("session-1").map(({ text }) => text)).toEqual(["First."]);
    await sessionDone(app, "session-1");
    await app.send(visitor(next));
    expect(visit!.take("session-2").map(({ text }) => text)).toEqual([next]);
  },
);

test("a name that is used again before its session is over loses neither piece of mail", async () => {
  await using app = await letterboxKernel();
  app.bag.file = "visitors/2026-11-21-1200-ann.md";
  const [visit] = app.items(Messengers).filter(({ type }) => type === "visit");
  await app.send(visitor("First."));
  expect(visit!.take("session-1").map(({ text }) => text)).toEqual(["First."]);
  await app.send(visitor("Second.")); // the first page is in the archive, and the hooks go on
  expect(visit!.take("session-1").map(({ text }) => text)).toEqual(["First.", "Second."]);
  await app.send(visitor("Third."));
  await sessionDone(app, "session-1");
  await app.send(visitor("Fourth."));
  const last = visit!.take("session-2").map(({ text, file }) => [text, file]);
  expect(last).toEqual([
    ["Third.", undefined],
    ["Fourth.", "visitors/2026-11-21-1200-ann.md"],
  ]);
});

/** Has the letterbox's database know that a session has shown its mail. */
async function sessionDone(app: LetterboxKernel, id: string): Promise<void> {
  app.finished.add(id);
  await app.emit(SessionChanged, { id, type: "visit", state: "done", private: false });
}

describe("in the next life", () => {
  const keys = ["correct-horse-battery"];

  test("held and waiting mail is there, with its picture, and a wake is ordered for it", async () => {
    using folder = temporaryFolder();
    const screen = testScreen(() => ({ verdict: "suspicious", reason: "odd" }));
    const ids: string[] = [];
    {
      await using house = await letterboxHouse(folder.path, {}, { screen });
      ids.push((await send(house, visitor("Held."), { picture, data: { a: 1 } })).id);
      ids.push((await send(house, letter("Waiting."))).id);
    }
    await using house = await letterboxHouse(folder.path);
    const [welcome] = house.open.kernel.slots.items(Welcomes);
    expect(welcome?.text("")).toContain("1 message waits in the quarantine: bun run hearth quarantine review");
    expect(house.orders).toMatchObject([{ type: "correspondence" }]);
    const messengers = house.open.kernel.slots.items(Messengers);
    expect(messengers.flatMap(one => one.take(one.type)).map(({ text }) => text)).toEqual(["Waiting."]);
    expect(heldIn(folder.path)).toEqual([{ id: ids[0]!, text: "Held.", bytes: 3 }]);
  });

  test("W-34: the allowance is the same", async () => {
    using folder = temporaryFolder();
    {
      await using house = await letterboxHouse(folder.path, { keys });
      using place = house.senders.reserve(house.senders.find(keys[0]!)!);
      await send(house, letter("One."), { place });
    }
    await using house = await letterboxHouse(folder.path, { keys });
    expect(() => house.senders.reserve(house.senders.find(keys[0]!)!)).toThrow("Cooldown active.");
  });

  test("mail of which the file could be written and not the row is the caller's failure now, and is found then", async () => {
    using folder = temporaryFolder();
    const file = "letters/lost.md";
    {
      await using house = await letterboxHouse(folder.path, { keys });
      using other = new Database(join(folder.path, "state/letterbox.db"));
      other.run("create trigger full before insert on mail begin select raise(abort, 'the disk is full'); end");
      using place = house.senders.reserve(house.senders.find(keys[0]!)!);
      await expect(send(house, letter("Lost?"), { place })).rejects.toThrow("the disk is full");
      other.run("drop trigger full");
      expect(await Array.fromAsync(new Bun.Glob("letters/*.md").scan(join(folder.path, "home")))).toHaveLength(1);
    }
    await using house = await letterboxHouse(folder.path, { keys });
    using _free = house.senders.reserve(house.senders.find(keys[0]!)!); // it has cost nothing
    house.letterbox.adopt(letter("Lost?"), { file, ref: "lost" }, new Date());
    expect(house.open.kernel.slots.items(Messengers).flatMap(one => one.take(one.type))).toMatchObject([
      { text: "Lost?", file, id: "lost" },
    ]);
  });
});

const send = ({ letterbox }: LetterboxHouse, message: ReturnType<typeof letter>, more = {}) =>
  letterbox.screen(message).then(screened => letterbox.take({ message, screened, ...more }));

/** What waits in the quarantine of a house that has its own life now. */
function heldIn(folder: string): unknown[] {
  using db = new Database(join(folder, "state/letterbox.db"), { readonly: true });
  return db
    .query("select id, text, length(bytes) as bytes from mail left join picture on mail = id where state = 'held'")
    .all();
}

test("one that cannot be written down keeps none of those that came with it", async () => {
  using folder = temporaryFolder();
  await using house = await letterboxHouse(folder.path);
  using other = new Database(join(folder.path, "state/letterbox.db"));
  other.run("create trigger no before insert on mail when new.text = 'bad' begin select raise(abort, 'no'); end");
  const texts = ["one", "bad", "two", "three"];
  const outcomes = await Promise.allSettled(
    texts.map(text => house.letterbox.take({ message: visitor(text), screened: passed })),
  );
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"]);
  const there = house.open.kernel.slots.items(Messengers).flatMap(one => one.take(one.type));
  expect(there.map(({ text }) => text)).toEqual(["one", "two", "three"]);
});

test("what the database takes back with all that came along, as on a full disk, is everybody's failure", async () => {
  using db = new Database(":memory:");
  db.run("create table word (text text)");
  db.run("create trigger no before insert on word when new.text = 'bad' begin select raise(rollback, 'no'); end");
  const commits = new Commits(db);
  const write = (text: string) => commits.write(() => db.query("insert into word values (?)").run(text));
  const outcomes = await Promise.allSettled(["one", "bad", "two"].map(write));
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  expect(db.query("select text from word").all()).toEqual([]);
  await write("three");
  expect(db.query("select text from word").all()).toEqual([{ text: "three" }]);
});
