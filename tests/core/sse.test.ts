import { afterEach, expect, test } from "bun:test";
import { encodeFrame, type SseClient, SseHub, type SseOptions } from "hearth";
import { type ReadEvent, readEvents } from "../fixtures/sse-client";
import { until } from "../fixtures/until";

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
});

type Open = (hub: SseHub, request: Request) => Response;

/** A stream on a real socket. */
function onTheWire(options: Partial<SseOptions> = {}, open: Open = hub => hub.open()) {
  const hub = new SseHub({
    clients: 10,
    queue: 16,
    heartbeat: 600,
    beat: () => ({ event: "heartbeat", data: {} }),
    overload: () => ({ event: "system.overload", data: { reason: "too slow" } }),
    farewell: () => ({ event: "system.shutdown", data: {} }),
    ...options,
  });
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    development: false,
    fetch: request => open(hub, request),
  });
  cleanUp.push(
    () => server.stop(true),
    () => hub.close(),
  );
  const connect = (init: RequestInit = {}) => fetch(server.url, init);
  return { hub, server, connect };
}

async function next(events: AsyncGenerator<ReadEvent>): Promise<ReadEvent> {
  const { done, value } = await events.next();
  if (done) throw new Error("the stream has ended");
  return value;
}

const isOver = async (events: AsyncGenerator<ReadEvent>) => (await events.next()).done;

test("a frame is its id, its name and one line of JSON", () => {
  const text = (frame: Parameters<typeof encodeFrame>[0]) => new TextDecoder().decode(encodeFrame(frame));
  expect(text({ id: "7", event: "said", data: { text: "two\nlines — ü" } })).toBe(
    'id: 7\nevent: said\ndata: {"text":"two\\nlines — ü"}\n\n',
  );
  expect(text({ event: "beat", data: null })).toBe("event: beat\ndata: null\n\n");
});

test("the answer is a stream of events, and its first bytes come at once", async () => {
  const { connect } = onTheWire();
  const response = await connect();
  expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  expect(response.headers.get("cache-control")).toBe("no-cache");
  const reader = response.body!.getReader();
  expect(new TextDecoder().decode((await reader.read()).value)).toBe("retry: 3000\n\n");
  await reader.cancel();
});

test("what is published reaches every client, in order", async () => {
  const { hub, connect } = onTheWire();
  const clients = [readEvents(await connect()), readEvents(await connect())];
  await until(() => hub.size === 2);
  hub.publish({ id: "1", event: "said", data: { text: "one" } });
  hub.publish({ id: "2", event: "said", data: { text: "two" } });
  for (const events of clients) {
    expect(await next(events)).toEqual({ id: "1", event: "said", data: { text: "one" } });
    expect(await next(events)).toEqual({ id: "2", event: "said", data: { text: "two" } });
  }
});

test("a client hears the topics that it wants", async () => {
  const { hub, connect } = onTheWire({}, (hub, request) => {
    const wanted = request.headers.get("x-topic");
    return hub.open(topic => topic === wanted);
  });
  const events = readEvents(await connect({ headers: { "x-topic": "moon" } }));
  await until(() => hub.size === 1);
  hub.publish({ event: "said", data: "to the sun" }, "sun");
  hub.publish({ event: "said", data: "to the moon" }, "moon");
  expect((await next(events)).data).toBe("to the moon");
});

test("what came before is sent first, what is published meanwhile comes after", async () => {
  const { connect } = onTheWire({}, hub =>
    hub.open(undefined, client => {
      client.send({ id: "1", event: "said", data: "before" });
      hub.publish({ id: "2", event: "said", data: "meanwhile" });
      client.send({ id: "3", event: "said", data: "at last" });
    }),
  );
  const events = readEvents(await connect());
  expect([(await next(events)).id, (await next(events)).id, (await next(events)).id]).toEqual(["1", "2", "3"]);
});

test("a quiet stream gets signs of life, and stays open", async () => {
  const { hub, connect } = onTheWire({ heartbeat: 0.04 });
  const events = readEvents(await connect());
  for (let beat = 0; beat < 3; beat++) expect((await next(events)).event).toBe("heartbeat");
  hub.publish({ event: "said", data: 1 });
  let event = await next(events);
  while (event.event === "heartbeat") event = await next(events);
  expect(event.event).toBe("said");
});

test("a client that does not keep up is told and closed, and never buffered without end", async () => {
  const { hub, server } = onTheWire({ queue: 4, patience: 0.05 });
  let received = "";
  let ended = false;
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port: server.port!,
    socket: {
      data: (_, bytes) => {
        received += bytes.toString("latin1");
      },
      close: () => {
        ended = true;
      },
    },
  });
  cleanUp.push(() => socket.terminate());
  socket.write("GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");
  await until(() => received.includes("retry: 3000"));
  socket.pause();

  const page = "x".repeat(65_536);
  let published = 0;
  await until(() => {
    if (hub.size > 0) hub.publish({ id: String(++published), event: "page", data: page });
    return hub.size === 0;
  });
  // What the system's own buffers take is some megabytes; then four pages may wait, and some more for as long as its patience.
  expect(published).toBeLessThan(1000);

  socket.resume();
  await until(() => received.includes("system.overload"));
  expect(received.slice(received.lastIndexOf("event: "))).toStartWith(
    'event: system.overload\ndata: {"reason":"too slow"}',
  );
  expect(received.match(/event: page/g)?.length).toBeLessThan(published); // what waited was dropped
  await until(() => ended || received.trimEnd().endsWith("\r\n0"));
});

/** A client on a bare socket that stops reading once the stream stands. */
async function stalledClient(server: ReturnType<typeof Bun.serve>) {
  let received = "";
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port: server.port!,
    socket: {
      data: (_, bytes) => {
        received += bytes.toString("latin1");
      },
    },
  });
  cleanUp.push(() => socket.terminate());
  socket.write("GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");
  await until(() => received.includes("retry: 3000"));
  socket.pause();
  return { resume: () => void socket.resume(), leave: () => socket.terminate(), received: () => received };
}

test("a burst in one turn reaches a client that reads, however short its queue is", async () => {
  const { hub, connect } = onTheWire({ queue: 10, patience: 60 });
  const events = readEvents(await connect());
  await until(() => hub.size === 1);
  for (let id = 1; id <= 2000; id++) hub.publish({ id: String(id), event: "said", data: "x".repeat(1000) });
  for (let id = 1; id <= 2000; id++) expect((await next(events)).id).toBe(String(id));
  expect(hub.size).toBe(1);
});

test("for a client that takes little 4 MiB may wait, and no more", async () => {
  const { hub, server } = onTheWire({ queue: 4, patience: 600 });
  await stalledClient(server);
  const page = "x".repeat(1024 * 1024);
  let published = 0;
  // In one turn, so that the system takes nothing meanwhile: one piece is with it, one is on its way, four wait.
  while (hub.size === 1 && published < 100) hub.publish({ id: String(++published), event: "page", data: page });
  expect(published).toBeGreaterThanOrEqual(4);
  expect(published).toBeLessThanOrEqual(7);
});

test("a greeting may be longer than any backlog", async () => {
  const page = "x".repeat(100_000);
  const { hub, connect } = onTheWire({ queue: 4, patience: 60 }, hub =>
    hub.open(undefined, client => {
      for (let id = 1; id <= 100; id++) client.send({ id: String(id), event: "before", data: page });
    }),
  );
  const events = readEvents(await connect());
  for (let id = 1; id <= 100; id++) expect((await next(events)).id).toBe(String(id));
  hub.publish({ id: "101", event: "said", data: 1 });
  expect((await next(events)).id).toBe("101");
});

test.each(["resume", "leave"] as const)(
  "a client that was closed holds its place until it has taken its last event, or has gone (%s)",
  async leave => {
    const { hub, server, connect } = onTheWire({ clients: 1, queue: 4, patience: 600 });
    const client = await stalledClient(server);
    const page = "x".repeat(1024 * 1024);
    await until(() => {
      if (hub.size > 0) hub.publish({ event: "page", data: page });
      return hub.size === 0;
    });
    expect((await connect()).status).toBe(503);
    client[leave]();
    await until(async () => (await connect()).status === 200);
  },
);

test("a slow client keeps nobody else waiting", async () => {
  const { hub, server, connect } = onTheWire({ queue: 4 });
  const socket = await Bun.connect({ hostname: "127.0.0.1", port: server.port!, socket: { data() {} } });
  cleanUp.push(() => socket.terminate());
  socket.write("GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");
  await until(() => hub.size === 1);
  socket.pause();
  const events = readEvents(await connect());
  await until(() => hub.size === 2);
  const page = "x".repeat(65_536);
  for (let id = 1; hub.size === 2; id++) {
    hub.publish({ id: String(id), event: "page", data: page });
    expect((await next(events)).id).toBe(String(id));
  }
  expect(hub.size).toBe(1);
});

test("one client more than there may be is sent away for a while", async () => {
  const { hub, connect } = onTheWire({ clients: 1 });
  const first = readEvents(await connect());
  await until(() => hub.size === 1);
  const second = await connect();
  expect(second.status).toBe(503);
  expect(second.headers.get("retry-after")).toBe("3");
  expect(await second.json()).toEqual({ detail: "Too many streams are open" });
  hub.publish({ event: "said", data: 1 });
  expect((await next(first)).event).toBe("said");
});

test("a client that leaves is forgotten, and its place is free", async () => {
  const { hub, connect } = onTheWire({ clients: 1 });
  const leaving = new AbortController();
  const reader = (await connect({ signal: leaving.signal })).body!.getReader();
  await reader.read();
  expect(hub.size).toBe(1);
  leaving.abort();
  await until(() => hub.size === 0);
  hub.publish({ event: "said", data: 1 });
  expect((await connect()).status).toBe(200);
});

test("at the end everybody gets a last event, and later clients are sent away", async () => {
  const { hub, connect } = onTheWire();
  const clients = [readEvents(await connect()), readEvents(await connect())];
  await until(() => hub.size === 2);
  hub.publish({ event: "said", data: "last words" });
  hub.close();
  for (const events of clients) {
    expect((await next(events)).data).toBe("last words");
    expect((await next(events)).event).toBe("system.shutdown");
    expect(await isOver(events)).toBe(true);
  }
  expect(hub.size).toBe(0);
  expect((await connect()).status).toBe(503);
  hub.close();
});

test("one client can be ended alone, after a last event", async () => {
  const { hub, connect } = onTheWire({}, hub =>
    hub.open(undefined, client => client.close({ event: "cursor.too-old", data: {} })),
  );
  const events = readEvents(await connect());
  expect((await next(events)).event).toBe("cursor.too-old");
  expect(await isOver(events)).toBe(true);
  expect(hub.size).toBe(0);
});

test("what is sent to a client that has gone is nothing to anybody", async () => {
  let kept!: SseClient;
  const { hub, connect } = onTheWire({}, hub =>
    hub.open(undefined, client => {
      kept = client;
    }),
  );
  const events = readEvents(await connect());
  await until(() => hub.size === 1);
  kept.close();
  kept.send({ event: "said", data: 1 });
  kept.close({ event: "again", data: 1 });
  expect(await isOver(events)).toBe(true);
});

test("a client whose greeting fails is forgotten and disturbs nobody", async () => {
  const { hub, connect } = onTheWire({ clients: 2 }, (hub, request) => {
    const greet = (client: SseClient) => {
      for (let n = 0; n < 100; n++) client.send({ event: "said", data: n });
      throw new Error("no greeting");
    };
    try {
      return request.headers.has("x-broken") ? hub.open(undefined, greet) : hub.open();
    } catch {
      return new Response("broken", { status: 500 });
    }
  });
  const events = readEvents(await connect());
  await until(() => hub.size === 1);
  for (let n = 0; n < 3; n++) await (await connect({ headers: { "x-broken": "1" } })).text().catch(() => {});
  expect(hub.size).toBe(1);
  expect((await connect()).status).toBe(200);
  hub.publish({ event: "said", data: "still here" });
  expect((await next(events)).data).toBe("still here");
});

test("what cannot be written as JSON is the publisher's error, and closes nobody", async () => {
  const { hub, connect } = onTheWire();
  const events = readEvents(await connect());
  await until(() => hub.size === 1);
  expect(() => hub.publish({ event: "said", data: 1n })).toThrow();
  hub.publish({ event: "said", data: 2 });
  expect((await next(events)).data).toBe(2);
});
