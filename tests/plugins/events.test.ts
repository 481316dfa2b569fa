import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { appendFile, mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { HomeFolder } from "hearth";
import {
  configured,
  expectClean,
  HeldClock,
  TEST_KEY,
  type TestKernel,
  temporaryHome,
  testKernel,
} from "hearth/testing";
import { SessionChanged } from "hearth-plugins/sessions";
import { FileChanged, Watches } from "hearth-plugins/watcher";
import { EventLog } from "../../plugins/events/event-log";
import { pageNews } from "../../plugins/events/page-news";
import { placeNews } from "../../plugins/events/place-news";
import plugin from "../../plugins/events/plugin";
import watcher from "../../plugins/watcher/plugin";
import { until } from "../fixtures/until";

let house: { readonly home: HomeFolder } & Disposable;
let app: TestKernel;
let server: ReturnType<typeof Bun.serve>;
const open = new Set<Client>();

beforeEach(async () => {
  house = await temporaryHome({ "thoughts/.keep": "", "mailbox/ann/thread.jsonl": "{}\n" });
});
afterEach(async () => {
  for (const client of open) client.leave();
  open.clear();
  await server?.stop(true);
  await app?.[Symbol.asyncDispose]();
  house[Symbol.dispose]();
});

/** Starts the plugin behind a real socket. */
async function start(settings: Record<string, unknown> = {}, others: Parameters<typeof testKernel>[0] = []) {
  const clock = new HeldClock("2026-11-21T07:05:10.844Z");
  app = await testKernel([...others, configured(plugin, settings)], { home: house.home, clock });
  server = Bun.serve({
    port: 0,
    idleTimeout: 0,
    fetch: ({ url, method, headers, signal }) =>
      app.fetch(url.slice(url.indexOf("/api/v1") + "/api/v1".length), { method, headers, signal }),
  });
}

/** One event as a client sees it. */
interface Seen {
  readonly id?: string;
  readonly event: string;
  readonly data: any;
}

/** A client on a real socket. */
class Client {
  readonly seen: Seen[] = [];
  readonly leaving = new AbortController();
  /** What it would send back as Last-Event-ID. */
  place = "";
  over = false;

  constructor(readonly response: Response) {
    open.add(this);
    void this.#read();
  }

  leave(): void {
    this.leaving.abort();
  }
  get types(): string[] {
    return this.seen.map(({ event }) => event);
  }
  /** The events without heartbeats. */
  get told(): Seen[] {
    return this.seen.filter(({ event }) => event !== "heartbeat");
  }

  async #read(): Promise<void> {
    let text = "";
    const decoder = new TextDecoder();
    try {
      for await (const bytes of this.response.body!) {
        text += decoder.decode(bytes, { stream: true });
        const blocks = text.split("\n\n");
        text = blocks.pop()!;
        for (const block of blocks) this.#take(block);
      }
    } catch {
      // It left.
    }
    this.over = true;
  }

  #take(block: string): void {
    const fields = Object.fromEntries(block.split("\n").map(line => line.split(/: (.*)/s).slice(0, 2)));
    if (fields["id"] !== undefined) this.place = fields["id"];
    if (fields["data"] !== undefined)
      this.seen.push({
        event: fields["event"],
        data: JSON.parse(fields["data"]),
        ...(fields["id"] && { id: fields["id"] }),
      });
  }
}

const url = (topic?: string) => `${server.url}api/v1/events/stream${topic === undefined ? "" : `?topic=${topic}`}`;

/** Joins the stream; answers once the server has said where it stands. */
async function subscribe(topic?: string, lastId?: string): Promise<Client> {
  const leaving = new AbortController();
  const response = await fetch(url(topic), {
    signal: leaving.signal,
    headers: { "x-api-key": TEST_KEY, ...(lastId !== undefined && { "last-event-id": lastId }) },
  });
  expect(response.status).toBe(200);
  const client = new Client(response);
  client.leaving.signal.addEventListener("abort", () => leaving.abort());
  await until(() => client.place !== "");
  return client;
}

/** A client that opens the stream on a bare socket, and stops reading at its first bytes until it is told to. */
async function slowClient() {
  const bytes: Uint8Array[] = [];
  let reading = false;
  const data = (socket: { pause(): void }, chunk: Uint8Array) => {
    bytes.push(new Uint8Array(chunk));
    if (!reading) socket.pause();
  };
  const socket = await Bun.connect({ hostname: "localhost", port: server.port!, socket: { data } });
  socket.write(`GET /api/v1/events/stream HTTP/1.1\r\nhost: localhost\r\nx-api-key: ${TEST_KEY}\r\n\r\n`);
  await until(() => bytes.length > 0);
  const read = () => {
    reading = true;
    socket.resume();
  };
  return { bytes, read, end: () => void socket.end() };
}

const change = (path: string, what: "created" | "modified" | "deleted" = "created") =>
  app.emit(FileChanged, { path, change: what });
/** Everything a client was told, up to an event that is told now. */
async function toldBy(client: Client, topic = "thoughts"): Promise<Seen[]> {
  await change(`${topic}/last.md`);
  await until(() => client.told.at(-1)?.data.slug === "last");
  return client.told.slice(0, -1);
}
const typesAndSlugs = (seen: readonly Seen[]) => seen.map(({ event, data }) => `${event} ${data.slug}`);

describe("its settings", () => {
  test("have a default for everything", () => {
    const defaults = { maxSubscribers: 2000, queueSize: 100, patience: 5, heartbeat: 15, logSize: 5000 };
    expect(plugin.config!.parse({})).toEqual(defaults);
  });
  test("refuse what they do not know or cannot use, by name", () => {
    expect(() => configured(plugin, { logsize: 1 })).toThrow('no setting "logsize". Did you mean "logSize"?');
    expect(() => configured(plugin, { heartbeat: 0 })).toThrow("plugins.events.heartbeat");
    expect(() => configured(plugin, { queueSize: 1.5 })).toThrow("plugins.events.queueSize");
    expect(() => configured(plugin, { maxSubscribers: 0 })).toThrow("plugins.events.maxSubscribers");
  });
  test("the environment may name them", () => {
    const read = Object.entries(plugin.env!).map(([name, [key, parse]]) => [name, key, parse("15.0")]);
    expect(read).toEqual([
      ["API_EVENT_MAX_SUBSCRIBERS", "maxSubscribers", 15],
      ["API_EVENT_QUEUE_SIZE", "queueSize", 15],
      ["API_SSE_HEARTBEAT_INTERVAL", "heartbeat", 15],
    ]);
  });
});

describe("an event", () => {
  test("has the fields of the contract, and the stream its headers", async () => {
    await start();
    const client = await subscribe();
    await change("thoughts/evt.md");
    await until(() => client.told.length === 1);
    const { id, event, data } = client.told[0]!;
    expect(event).toBe("thought.created");
    expect(id).toMatch(/^[0-9a-f]{8}-1$/);
    expect(data).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/),
      type: "thought.created",
      timestamp: "2026-11-21T07:05:10.844Z",
      topic: "thoughts",
      path: "evt.md",
      slug: "evt",
    });
    expect(client.response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(client.response.headers.get("cache-control")).toBe("no-cache");
    expect(client.response.headers.get("x-accel-buffering")).toBe("no");
  });
  test.each([
    ["thoughts/a.md", "created", "thought.created"],
    ["thoughts/a.md", "modified", "thought.modified"],
    ["thoughts/a.md", "deleted", "thought.deleted"],
    ["dreams/a.md", "created", "dream.created"],
    ["scores/a.md", "created", "score.created"],
    ["letters/a.md", "created", "letter.created"],
    ["essays/a.md", "created", "essay.created"],
    ["bookshelf/a.md", "deleted", "bookshelf.deleted"],
  ] as const)("%s %s is %s", (path, what, type) => {
    expect(pageNews({ path, change: what })).toMatchObject({
      type,
      topic: path.split("/")[0]!,
      slug: "a",
      path: "a.md",
    });
  });
  test.each([
    ["about/about.md", "modified", "about.modified", "about", "about.md"],
    ["about/meta.json", "created", "about.created", "about", "meta.json"],
    ["landing-page/landing.json", "modified", "landing.modified", "landing", "landing.json"],
    ["landing-summary/current.md", "deleted", "landing-summary.deleted", "landing-summary", "current.md"],
    ["visitor-greeting/greeting.md", "modified", "visitor-greeting.modified", "visitor-greeting", "greeting.md"],
    ["scores-description/a.md", "created", "scores-description.created", "scores-description", "a.md"],
    ["letters-description/a.md", "created", "letters-description.created", "letters-description", "a.md"],
    ["essays-description/a.md", "created", "essays-description.created", "essays-description", "a.md"],
    ["news/2026-01-01.md", "created", "news.created", "news", "2026-01-01.md"],
    ["gifts/a/b c.png", "deleted", "gifts.deleted", "gifts", "a/b c.png"],
    ["sandbox/x/y.html", "modified", "sandbox.modified", "sandbox", "x/y.html"],
    ["projects/a.txt", "created", "projects.created", "projects", "a.txt"],
  ] as const)("the place %s, %s, is %s", (path, what, type, topic, shown) => {
    expect(placeNews({ path, change: what })).toEqual({ type, topic, path: shown });
  });
  test.each([
    "about/deeper/a.md",
    "about",
    "news",
    "gifts/a/secret.PEM",
    "sandbox/keys.key/a.txt",
    "toString/a.md",
    "x/news/a.md",
    "readings/a.md",
  ])("%s is of no place", path => expect(placeNews({ path, change: "created" })).toBeUndefined());
  test("each place that is watched is told under its topic, from the file to the wire", async () => {
    await start({}, [configured(watcher, { debounceMs: 10 })]);
    await until(() => app.items(Watches).length === 1);
    const clients = [await subscribe("about"), await subscribe("gifts")];
    for (const folder of ["about", "gifts/box"]) await mkdir(join(house.home.path, folder), { recursive: true });
    await writeFile(join(house.home.path, "about/about.md"), "x");
    await writeFile(join(house.home.path, "gifts/box/a.md"), "x");
    await until(() => clients.every(({ told }) => told.length === 1));
    expect(clients.map(({ told }) => [told[0]!.event, told[0]!.data.path, told[0]!.data.slug])).toEqual([
      ["about.created", "about.md", null],
      ["gifts.created", "box/a.md", null],
    ]);
  });
  test.each([
    "thoughts/a.txt",
    "thoughts/a b.md",
    "thoughts/_a.md",
    "thoughts/a.b.md",
    "prompt.md",
    "data/a.md",
    "x/thoughts/a.md",
  ])("%s is none", path => expect(pageNews({ path, change: "created" })).toBeUndefined());
  test("W-46: temple.md is told, from the file to the wire", async () => {
    await start({}, [configured(watcher, { debounceMs: 10 })]);
    await until(() => app.items(Watches).length === 1);
    const client = await subscribe("thoughts");
    for (const name of ["temple", "tmp-notes", "git-notes"])
      await writeFile(join(house.home.path, `thoughts/${name}.md`), "x");
    await until(() => client.told.length === 3);
    expect(typesAndSlugs(client.told).toSorted()).toEqual([
      "thought.created git-notes",
      "thought.created temple",
      "thought.created tmp-notes",
    ]);
  });
  test("a burst of files loses none, from the files to the wire", async () => {
    await start({}, [watcher]);
    await until(() => app.items(Watches).length === 1);
    const client = await subscribe();
    const slugs = Array.from({ length: 2000 }, (_, n) => `b${n}`);
    await Promise.all(slugs.map(slug => writeFile(join(house.home.path, `thoughts/${slug}.md`), "x")));
    await until(() => client.told.length >= slugs.length);
    expect(client.told.map(({ data }) => data.slug).toSorted()).toEqual(slugs.toSorted());
  });
  test("W-47: a renamed file is told under both names, from the file to the wire", async () => {
    await writeFile(join(house.home.path, "thoughts/old.md"), "x");
    await start({}, [configured(watcher, { debounceMs: 10 })]);
    await until(() => app.items(Watches).length === 1);
    const client = await subscribe();
    await rename(join(house.home.path, "thoughts/old.md"), join(house.home.path, "thoughts/new.md"));
    await until(() => client.told.length === 2);
    expect(typesAndSlugs(client.told).toSorted()).toEqual(["thought.created new", "thought.deleted old"]);
  });
  test("W-47: the topic is the first folder, whatever else the path holds", () => {
    expect(pageNews({ path: "dreams/thoughts.md", change: "created" })).toMatchObject({
      type: "dream.created",
      slug: "thoughts",
    });
  });
  test("W-47: a file in a folder of the folder is told as no page", () => {
    expect(pageNews({ path: "thoughts/sub/deep.md", change: "created" })).toBeUndefined();
  });
});

describe("topics", () => {
  test("a client hears its own only; * hears all", async () => {
    await start();
    const [all, dreams] = [await subscribe(), await subscribe("dreams")];
    await change("thoughts/a.md");
    await change("essays/b.md");
    expect(typesAndSlugs(await toldBy(all, "dreams"))).toEqual(["thought.created a", "essay.created b"]);
    await until(() => dreams.told.length === 1);
    expect(typesAndSlugs(dreams.told)).toEqual(["dream.created last"]);
  });
  test("heartbeats come whatever the topic, and say where the client stands", async () => {
    await start({ heartbeat: 0.02 });
    const client = await subscribe("system");
    await change("thoughts/a.md");
    await until(() => client.seen.some(({ id }) => id?.endsWith("-1")));
    expect(client.told).toEqual([]);
    const data = { type: "heartbeat", timestamp: "2026-11-21T07:05:10.844Z", topic: "system", path: null, slug: null };
    expect(client.seen[0]!.data).toEqual({ id: expect.any(String), ...data });
  });
  test("another word is a 422 that names them", async () => {
    await start();
    const { status, body } = await app.get("/events/stream?topic=everything");
    expect(status).toBe(422);
    expect(body.detail).toEqual([
      expect.objectContaining({ type: "literal_error", loc: ["query", "topic"], input: "everything" }),
    ]);
    expect(body.detail[0].msg).toContain("'thoughts', 'dreams', 'scores'");
    expect(body.detail[0].msg).toEndWith("'system' or '*'");
  });
});

describe("mail", () => {
  const grow = (user: string, path = "thread.jsonl") =>
    appendFile(join(house.home.path, `mailbox/${user}/${path}`), "{}\n");

  test("a message is told, with the name of the mailbox", async () => {
    await start();
    const client = await subscribe("mailbox");
    await grow("ann");
    await change("mailbox/ann/thread.jsonl", "modified");
    await until(() => client.told.length === 1);
    const { event, data } = client.told[0]!;
    expect([event, data]).toMatchObject([
      "mailbox:new_message",
      { type: "mailbox:new_message", topic: "mailbox", path: "thread.jsonl", slug: "ann" },
    ]);
  });
  test("W-13: reading, attachments, and a thread that did not grow are nobody's business", async () => {
    await start();
    const client = await subscribe();
    for (const path of ["cursor.json", "attachments/a.png", "attachments/thread.jsonl", "thread.jsonl"])
      for (const what of ["created", "modified", "deleted"] as const) await change(`mailbox/ann/${path}`, what);
    await change("mailbox/thread.jsonl");
    expect(await toldBy(client)).toEqual([]);
  });
  test("W-13: from the file to the wire", async () => {
    await start({}, [configured(watcher, { debounceMs: 10 })]);
    await until(() => app.items(Watches).length === 1);
    const client = await subscribe();
    await grow("ann", "cursor.json");
    await mkdir(join(house.home.path, "mailbox/thoughts-fan"));
    await grow("thoughts-fan");
    await until(() => client.told.length > 0);
    await writeFile(join(house.home.path, "mailbox/ann/thread.jsonl"), "");
    await writeFile(join(house.home.path, "thoughts/last.md"), "x");
    await until(() => client.told.at(-1)!.data.slug === "last");
    expect(typesAndSlugs(client.told)).toEqual(["mailbox:new_message thoughts-fan", "thought.created last"]);
  });
});

describe("sessions", () => {
  const step = (over: object) =>
    app.emit(SessionChanged, { id: "20261121-070510-844", type: "dusk", state: "running", private: false, ...over });

  test("each step is told", async () => {
    await start();
    const client = await subscribe("sessions");
    await step({});
    await until(() => client.told.length === 1);
    const fields = {
      session_id: "20261121-070510-844",
      session_type: "dusk",
      state: "running",
      path: null,
      slug: null,
    };
    expect(client.told[0]).toMatchObject({ event: "session.changed", data: { topic: "sessions", ...fields } });
  });
  test("of a private one neither id nor type", async () => {
    await start();
    const client = await subscribe();
    await step({ type: "correspondence", private: true });
    await until(() => client.told.length === 1);
    expect(client.told[0]!.data).toMatchObject({ session_id: null, session_type: "private", state: "running" });
    expect(JSON.stringify(client.seen)).not.toContain("20261121-070510");
    expect(JSON.stringify(client.seen)).not.toContain("correspondence");
  });
});

describe("W-48: a client that comes back", () => {
  test("hears what it missed, once, and then what comes", async () => {
    await start();
    const client = await subscribe();
    await change("thoughts/a.md");
    await until(() => client.told.length === 1);
    client.leave();
    await change("thoughts/b.md");
    await change("dreams/c.md");
    const back = await subscribe(undefined, client.place);
    await change("thoughts/d.md");
    await until(() => back.told.length >= 3);
    expect(typesAndSlugs(await toldBy(back))).toEqual(["thought.created b", "dream.created c", "thought.created d"]);
    const numbers = back.told.map(({ id }) => Number(id!.split("-")[1]));
    expect(numbers).toEqual([2, 3, 4, 5]);
  });
  test("also when it was cut off before its first event", async () => {
    await start();
    const client = await subscribe();
    client.leave();
    await change("thoughts/a.md");
    const back = await subscribe(undefined, client.place);
    expect(typesAndSlugs(await toldBy(back))).toEqual(["thought.created a"]);
  });
  test("hears of its topic only", async () => {
    await start();
    const { place } = await subscribe("dreams");
    await change("thoughts/a.md");
    await change("dreams/b.md");
    expect(typesAndSlugs(await toldBy(await subscribe("dreams", place), "dreams"))).toEqual(["dream.created b"]);
  });
  test("too late, is told of the gap first, then what is kept", async () => {
    await start({ logSize: 2 });
    const { place } = await subscribe();
    for (const name of ["a", "b", "c", "d"]) await change(`thoughts/${name}.md`);
    const back = await subscribe(undefined, place);
    expect(back.told[0]).toMatchObject({ event: "system.gap", data: { topic: "system", last_event_id: place } });
    expect(back.told[0]!.id).toEndWith("-2");
    expect(typesAndSlugs(await toldBy(back)).slice(1)).toEqual(["thought.created c", "thought.created d"]);
    const again = await subscribe(undefined, back.place);
    expect(typesAndSlugs(await toldBy(again))).not.toContain("system.gap null");
  });
  test("after more than its whole log fits, but none was lost, hears all without a gap", async () => {
    await start({ logSize: 2 });
    const { place } = await subscribe();
    await change("thoughts/a.md");
    await change("thoughts/b.md");
    const back = await subscribe(undefined, place);
    expect(typesAndSlugs(back.told)).toEqual(["thought.created a", "thought.created b"]);
  });
  test("with more missed than its queue holds, hears all of it", async () => {
    await start({ queueSize: 10 });
    const { place } = await subscribe();
    for (let n = 0; n < 200; n++) await change(`thoughts/t${n}.md`);
    const back = await subscribe(undefined, place);
    expect(await toldBy(back)).toHaveLength(200);
  });
  test.each(["nonsense", "0badc0de-1", "-1", "1"])("with an id of another life (%s), is told of the gap", async id => {
    await start();
    const back = await subscribe("dreams", id);
    expect(back.told.map(({ event }) => event)).toEqual(["system.gap"]);
  });
  test("with an id that is still to come, is told of the gap", () => {
    const log = new EventLog(10);
    log.add("thoughts", "thought.created", {});
    const [life] = log.newest.split("-");
    expect(log.after(`${life}-1`)).toMatchObject({ gap: false, events: [] });
    for (const id of [`${life}-2`, `${life}-01`, `${life}-`, `${life}-1e0`, `${life}-1.0`])
      expect(log.after(id)).toMatchObject({ gap: true, from: `${life}-0` });
  });
});

describe("W-48: limits", () => {
  test("a client that does not keep up is told and closed; the others hear everything", async () => {
    await start({ queueSize: 10, patience: 0.1 });
    const good = await subscribe();
    const slow = await slowClient();
    const long = "t".repeat(20_000);
    let sent = 0;
    while (!app.log.some(({ message }) => message === "a client did not keep up and was closed")) {
      await change(`thoughts/${long}${sent++}.md`);
      await until(() => good.told.length === sent || good.over);
    }
    slow.read();
    const text = () => Buffer.concat(slow.bytes).toString();
    await until(() => text().includes("event: system.overload"));
    expect(text()).toContain("come back with Last-Event-ID");
    slow.end();
    expect([good.over, good.told.length]).toEqual([false, sent]);
  });
  test("one client too many gets 503 and when to come back; when one leaves, another may come", async () => {
    await start({ maxSubscribers: 1 });
    const client = await subscribe();
    const refused = await fetch(url(), { headers: { "x-api-key": TEST_KEY } });
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "3"]);
    expect(await refused.json()).toEqual({ detail: "Too many streams are open" });
    client.leave();
    await until(async () => {
      const response = await fetch(url(), { headers: { "x-api-key": TEST_KEY } });
      if (response.status === 200) new Client(response);
      else await response.text();
      return response.status === 200;
    });
  });
});

describe("the door", () => {
  test("asks for the service key", async () => {
    await start();
    const none = await fetch(url());
    expect([none.status, await none.json()]).toEqual([401, { error: "Missing X-API-Key header" }]);
    const wrong = await fetch(url(), { headers: { "x-api-key": "wrong" } });
    expect([wrong.status, await wrong.json()]).toEqual([401, { error: "Invalid API key" }]);
  });
  test("HEAD is answered and holds no place; other methods are refused", async () => {
    await start({ maxSubscribers: 1 });
    for (let n = 0; n < 3; n++) {
      const head = await fetch(url(), { method: "HEAD", headers: { "x-api-key": TEST_KEY } });
      expect(head.status).toBe(200);
    }
    const post = await app.call("POST", "/events/stream", { body: {} });
    expect([post.status, post.headers.get("allow")]).toEqual([405, "GET"]);
  });
});

describe("its life", () => {
  test("at the end everybody gets a last event, whatever their topic", async () => {
    await start();
    const clients = [await subscribe(), await subscribe("dreams")];
    await app.kernel.disable("events");
    await until(() => clients.every(({ over }) => over));
    expect(clients.map(({ types }) => types)).toEqual([["system.shutdown"], ["system.shutdown"]]);
    expect((await app.get("/events/stream")).status).toBe(404);
  });
  test("turned off, it leaves nothing behind", () => expectClean(plugin));
});
