import { afterAll, beforeAll, expect, test } from "bun:test";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { Elysia } from "elysia";
import { about, jsonBody, jsonBodyUpTo, Routes } from "hearth";
import { type TestKernel, testKernel } from "hearth/testing";
import { CallerBook } from "../../core/callers";
import { HttpHost } from "../../core/http";
import { listen } from "../../core/listen";
import { ServiceKey } from "../../core/service-key";
import { doing } from "../fixtures/small-plugin";
import { until } from "../fixtures/until";

const open = about("for everybody", { access: "public" });
/** Until it is released, nobody says anything. */
const silence = Promise.withResolvers<void>();
const afterSilence = () => silence.promise.then(() => "said");

/** Says a word at once, and another after the silence. */
const stream = (type: string) => () =>
  new Response(
    new ReadableStream({
      async start(controller) {
        controller.enqueue(new TextEncoder().encode("at once, "));
        controller.enqueue(new TextEncoder().encode(await afterSilence()));
        controller.close();
      },
    }),
    { headers: { "content-type": type } },
  );

const routes = new Elysia()
  .get("/lines", stream("application/x-ndjson"), open)
  .get("/events", stream("text/event-stream"), open)
  .get("/slow", afterSilence, open)
  .get("/quick", () => Promise.resolve("quick"), open)
  .post("/json", afterSilence, { ...open, parse: jsonBody })
  .post("/short", afterSilence, { ...open, parse: jsonBodyUpTo(1000) })
  .post("/nothing", afterSilence, open);

let app: TestKernel;
let server: ReturnType<typeof listen>;
const sockets: Socket[] = [];
beforeAll(async () => {
  app = await testKernel([doing("voices", ctx => ctx.add(Routes, routes))]);
  const callers = new CallerBook([]);
  const door = new HttpHost({ kernel: app.kernel, key: new ServiceKey("key"), origins: [], access: () => {}, callers });
  server = listen({ host: "127.0.0.1", port: 0, maxBody: 1000, origins: [], trustedProxies: [] }, door, 1);
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await server.stop(true);
  await app[Symbol.asyncDispose]();
});

const call = (method: string, path: string, body?: string) =>
  fetch(new URL(`api/v1${path}`, server.url), {
    method,
    ...(body !== undefined && { body, headers: { "content-type": "application/json" } }),
  }).then(answer => answer.text());

/** A caller who says this and nothing more. Resolves with what it was told when it is hung up on. */
async function hungUp(text: string): Promise<string> {
  const socket = connect(server.port!, "127.0.0.1", () => socket.write(text));
  sockets.push(socket);
  let told = "";
  socket.on("data", data => {
    told += data;
  });
  await once(socket, "close");
  return told;
}
const head = (method: string, path: string) => `${method} /api/v1${path} HTTP/1.1\r\nhost: hearth\r\n`;

test("who waits for an answer, or for its next word, is not hung up on; who says nothing is", async () => {
  const waiting = Promise.all([
    call("GET", "/lines"),
    call("GET", "/events"),
    call("GET", "/slow"),
    call("POST", "/json", "{}"),
    call("POST", "/short", "{}"),
    call("POST", "/nothing"),
  ]);
  await until(() => server.pendingRequests === 6);
  const quiet = await Promise.all([
    hungUp(`${head("GET", "/quick")}\r\n`),
    hungUp(`${head("POST", "/json")}content-type: application/json\r\ncontent-length: 5\r\n\r\n{`),
  ]);
  expect(quiet.map(told => told.split("\r\n")[0])).toEqual(["HTTP/1.1 200 OK", ""]);
  silence.resolve();
  expect(await waiting).toEqual(["at once, said", "at once, said", "said", "said", "said", "said"]);
});
