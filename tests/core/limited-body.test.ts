import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { Elysia } from "elysia";
import { about, formBody, jsonBodyUpTo, limitedBody, Routes } from "hearth";
import { type TestKernel, testKernel } from "hearth/testing";
import { z } from "zod";
import { CallerBook } from "../../core/callers";
import { HttpHost } from "../../core/http";
import { listen } from "../../core/listen";
import { ServiceKey } from "../../core/service-key";
import { doing } from "../fixtures/small-plugin";
import { until } from "../fixtures/until";

const open = about("for everybody", { access: "public" });
const MOST = 1000;
/** Seconds that a body may take here. */
const SOON = 0.3;
/** What reading a body led to, as the route saw it. */
const outcomes: string[] = [];

async function read(request: Request): Promise<Response> {
  try {
    const bytes = await limitedBody(request, MOST, SOON);
    return Response.json(bytes.byteLength);
  } catch (error) {
    outcomes.push(String((error as { status?: number }).status ?? error));
    throw error;
  }
}

const routes = new Elysia()
  .post("/bytes", ({ request }) => read(request), { ...open, parse: "none" })
  .post("/json", ({ body }) => body, { ...open, parse: jsonBodyUpTo(MOST), body: z.object({ moon: z.string() }) })
  .post(
    "/form",
    async ({ request }) => {
      const form = await formBody(request, MOST);
      const file = form.get("picture");
      return { name: form.get("name"), file: file instanceof File && [file.name, file.size] };
    },
    { ...open, parse: "none" },
  );

let app: TestKernel;
let server: ReturnType<typeof listen>;
beforeAll(async () => {
  app = await testKernel([doing("mail", ctx => ctx.add(Routes, routes))]);
  const callers = new CallerBook([]);
  const door = new HttpHost({ kernel: app.kernel, key: new ServiceKey("key"), origins: [], access: () => {}, callers });
  server = listen({ host: "127.0.0.1", port: 0, maxBody: 2 * MOST, origins: [], trustedProxies: [] }, door);
});
afterAll(async () => {
  await server.stop(true);
  await app[Symbol.asyncDispose]();
});

beforeEach(() => outcomes.splice(0));

/** Sends the head of a request, goes on as it is told, and reads until the server hangs up. */
function send(headers: string, go: (socket: ReturnType<typeof connect>) => void, path = "/bytes"): Promise<string> {
  return new Promise(resolve => {
    let got = "";
    const socket = connect(server.port!, "127.0.0.1", () => {
      socket.write(`POST /api/v1${path} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n\r\n`);
      go(socket);
    });
    socket.on("data", bytes => {
      got += bytes;
    });
    socket.on("error", () => {}); // the server has hung up while we were talking
    socket.on("close", () => resolve(got));
  });
}

const post = (path: string, body: string | FormData, headers: Record<string, string> = {}) =>
  fetch(`${server.url}api/v1${path}`, { method: "POST", body, headers });

const CHUNKED = "Transfer-Encoding: chunked";
const chunk = `100\r\n${"a".repeat(256)}\r\n`;

/** Writes for as long as anybody takes it. */
function endlessly(socket: ReturnType<typeof connect>): void {
  const more = () => {
    while (!socket.destroyed && socket.write(chunk));
  };
  socket.on("drain", more);
  more();
}

/** Nothing is left of requests that went wrong: no work, no fault of ours. */
async function expectQuiet() {
  await until(() => app.kernel.activity.running(["mail"]).length === 0 && server.pendingRequests === 0);
  expect(app.log.filter(({ level }) => level === "error")).toEqual([]);
}

describe("a body", () => {
  test("of the most bytes that are allowed is read, in one piece or in many", async () => {
    expect(await (await post("/bytes", "a".repeat(MOST))).json()).toBe(MOST);
    const pieces = send(`${CHUNKED}\r\nConnection: close`, socket => socket.write(`${chunk}${chunk}0\r\n\r\n`));
    expect(await pieces).toEndWith("\r\n\r\n512");
  });

  test("that is empty is empty", async () => {
    expect(await (await post("/bytes", "")).json()).toBe(0);
    expect(await send("Connection: close", () => {})).toEndWith("\r\n\r\n0");
  });

  test("of one byte more is refused", async () => {
    const answer = await post("/bytes", "a".repeat(MOST + 1));
    expect(answer.status).toBe(413);
    expect(await answer.json()).toEqual({ detail: "The body is longer than 1000 bytes" });
  });

  test("that says that it is too long is refused before it comes", async () => {
    expect(await send(`Content-Length: ${MOST + 1}`, () => {})).toStartWith("HTTP/1.1 413 ");
    await expectQuiet();
  });

  test("without an end is refused, and its connection closed, though it goes on", async () => {
    expect(await send(CHUNKED, endlessly)).toMatch(/^(HTTP\/1\.1 413 |$)/); // an answer may be lost to one who only talks
    await expectQuiet();
    expect(outcomes).toEqual(["413"]);
  });

  test("without an end that comes slowly is refused", async () => {
    const answer = send(CHUNKED, socket => {
      const timer = setInterval(() => (socket.destroyed ? clearInterval(timer) : socket.write(chunk)), 5);
    });
    expect(await answer).toStartWith("HTTP/1.1 413 ");
    await expectQuiet();
    expect(outcomes).toEqual(["413"]);
  });

  test("that trickles past its time is refused", async () => {
    const answer = await send(`Content-Length: ${MOST}`, socket => {
      const timer = setInterval(() => (socket.destroyed ? clearInterval(timer) : socket.write("a")), 20);
    });
    expect(answer).toStartWith("HTTP/1.1 408 ");
    expect(answer).toContain(`{"detail":"The body did not end within ${SOON} seconds"}`);
    await expectQuiet();
  });

  test("of which nothing comes is refused", async () => {
    expect(await send(CHUNKED, () => {})).toStartWith("HTTP/1.1 408 ");
    await expectQuiet();
  });

  test("that is cut off is the sender's fault", async () => {
    await send(`Content-Length: ${MOST}`, socket => setTimeout(() => socket.destroy(), 20));
    await until(() => outcomes.length > 0);
    expect(outcomes).toEqual(["400"]);
    await expectQuiet();
  });

  test("whose pieces are none is the sender's fault", async () => {
    await send(CHUNKED, socket => socket.write(`${chunk}here\r\n`));
    await expectQuiet();
    expect(outcomes).toEqual(["400"]);
  });
});

describe("JSON up to a length", () => {
  test("is read as JSON, and only when it says that it is", async () => {
    const json = { "content-type": "application/json" };
    expect(await (await post("/json", '{"moon":"full"}', json)).json()).toEqual({ moon: "full" });
    expect((await post("/json", '{"moon":"full"}', { "content-type": "text/plain" })).status).toBe(422);
    expect((await post("/json", '{"moon"', json)).status).toBe(422);
    expect((await post("/json", "", json)).status).toBe(422);
  });

  test("is refused beyond it", async () => {
    const body = JSON.stringify({ moon: "a".repeat(MOST) });
    const answer = await post("/json", body, { "content-type": "application/json" });
    expect(answer.status).toBe(413);
    expect(await send(CHUNKED, endlessly, "/json")).toMatch(/^(HTTP\/1\.1 413 |$)/);
    await expectQuiet();
  });
});

describe("JSON that goes deep", () => {
  const json = { "content-type": "application/json" };
  const deep = (levels: number) => `{"moon":${"[".repeat(levels - 1)}${"]".repeat(levels - 1)}}`;

  test("is refused before anybody looks at it: to show it would take a time that grows with the square of its depth", async () => {
    const answer = await post("/json", deep(101), json);
    expect(answer.status).toBe(422);
    expect(await answer.json()).toEqual({
      detail: [
        {
          type: "json_invalid",
          loc: ["body", 107],
          msg: "JSON decode error",
          input: {},
          ctx: { error: "Nested deeper than 100 levels" },
        },
      ],
    });
    const shallow: any = await (await post("/json", deep(100), json)).json();
    expect(shallow.detail[0].type).toBe("string_type");
  });

  test.each([["["], ['\\"['], ["\\"], ["{}[]"]])("is not what only says so in a text: %j", async piece => {
    const moon = piece.repeat(150);
    expect(await (await post("/json", JSON.stringify({ moon }), json)).json()).toEqual({ moon });
  });

  test("is not what only has many lists beside each other", async () => {
    const body = `{"moon":"full","stars":[${"[],".repeat(150)}{}]}`;
    expect((await post("/json", body, json)).status).toBe(200);
  });
});

describe("a form", () => {
  test("is read with its texts and files", async () => {
    const form = new FormData();
    form.set("name", "Ada");
    form.set("picture", new File(["abc"], "moon.png"));
    expect(await (await post("/form", form)).json()).toEqual({ name: "Ada", file: ["moon.png", 3] });
    const plain = await post("/form", "name=Ada", { "content-type": "application/x-www-form-urlencoded" });
    expect(await plain.json()).toEqual({ name: "Ada", file: false });
  });

  test("W-17: is refused as soon as it is too long, before anything of it is kept", async () => {
    const form = new FormData();
    form.set("picture", new File(["a".repeat(MOST)], "moon.png"));
    expect((await post("/form", form)).status).toBe(413);
    expect(await send(`${CHUNKED}\r\nContent-Type: multipart/form-data; boundary=x`, endlessly, "/form")).toMatch(
      /^(HTTP\/1\.1 413 |$)/,
    );
    await expectQuiet();
  });

  for (const [what, type, body] of [
    ["without a boundary", "multipart/form-data", "--x\r\n\r\n--x--"],
    [
      "with another boundary",
      "multipart/form-data; boundary=y",
      '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--',
    ],
    ["cut short", "multipart/form-data; boundary=x", '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb'],
    ["of another kind", "application/json", '{"name":"Ada"}'],
    ["of no kind", "", "name=Ada"],
  ] as const)
    test(`${what} is no form`, async () => {
      const answer = await post("/form", body, { "content-type": type });
      expect({ status: answer.status, body: await answer.json() }).toEqual({
        status: 400,
        body: { detail: "There was an error parsing the body" },
      });
      await expectQuiet();
    });
});
