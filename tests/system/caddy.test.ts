import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Settings } from "../../core/config";
import { type Caddy, caddySays, freePort, startCaddy } from "../fixtures/caddy";
import { bundledConfig, type DaemonPlace, daemonPlace, startDaemon, type TestDaemon } from "../fixtures/daemon";
import { type ReadEvent, readEvents } from "../fixtures/sse-client";
import { until } from "../fixtures/until";

const root = join(import.meta.dir, "../..");
const caddyfile = join(root, "Caddyfile");

describe("the Caddyfile", () => {
  test("is valid, and in Caddy's own format", async () => {
    const command = ["--config", caddyfile, "--adapter", "caddyfile"];
    expect(await caddySays(["validate", ...command])).toMatchObject({ code: 0 });
    const formatted = await caddySays(["fmt", caddyfile]);
    expect(formatted.text).toBe(readFileSync(caddyfile, "utf8"));
  });
  test("takes bodies as large as the daemon does by default", () => {
    const theirs = readFileSync(caddyfile, "utf8").matchAll(/\{\$HEARTH_MAX_BODY:(\d+)\}/g);
    const ours = String(Settings.parse({}).http.maxBody);
    expect([...theirs].map(([, size]) => size)).toEqual([ours, ours]);
  });
});

describe("a real Caddy in front of a real daemon", () => {
  let place: DaemonPlace;
  let daemon: TestDaemon;
  let caddy: Caddy;

  beforeAll(async () => {
    const mirror = `[plugins.mirror]\nfrom = ${JSON.stringify(join(root, "tests/fixtures/plugins/mirror"))}\n`;
    place = daemonPlace(bundledConfig({ sessions: "firstWake = false" }, mirror), { HEARTH_AGENT: "offline" });
    place.write("home/thoughts/.keep", "");
    daemon = await startDaemon(place);
    caddy = await startCaddy("http://localhost", daemon.url);
    await until(() => daemon.log().some(({ message }) => message === "the watch stands"));
  }, 60_000);
  afterAll(async () => {
    await caddy?.[Symbol.asyncDispose]();
    await daemon?.[Symbol.asyncDispose]();
    place?.[Symbol.dispose]();
  });

  const call = (path: string, init: RequestInit = {}) =>
    fetch(`${caddy.url}/api/v1${path}`, { ...init, headers: { "x-api-key": daemon.key, ...init.headers } });
  const listen = async (headers: Record<string, string> = {}) =>
    readEvents(await call("/events/stream?topic=thoughts", { headers }));
  const think = (slug: string) => writeFileSync(join(place.home, `thoughts/${slug}.md`), "x");
  const next = async (events: AsyncGenerator<ReadEvent>) => (await events.next()).value as ReadEvent;

  test("a request arrives with its headers, and with whose it is; nobody can say that they are another", async () => {
    const headers = { "if-none-match": '"x"', "x-forwarded-for": "203.0.113.9" };
    const seen = (await (await call("/mirror", { headers })).json()) as Record<string, string>;
    expect(seen).toMatchObject({
      "x-api-key": daemon.key,
      "if-none-match": '"x"',
      "x-forwarded-proto": "http",
      "x-forwarded-host": new URL(caddy.url).host,
    });
    expect(seen["x-forwarded-for"]).toMatch(/^(127\.0\.0\.1|::1)$/);
  });
  test("an event arrives before the next is sent", async () => {
    const events = await listen();
    for (const slug of ["one", "two", "three"]) {
      think(slug);
      expect((await next(events)).data.slug).toBe(slug);
    }
    await events.return(undefined);
  });
  test("a stream that is cut off goes on where it was, by Last-Event-ID", async () => {
    const events = await listen();
    think("before");
    const { id } = await next(events);
    await events.return(undefined);
    think("meanwhile");
    await until(async () => {
      const again = await listen({ "last-event-id": id! });
      const { data } = await next(again);
      await again.return(undefined);
      return data.slug === "meanwhile";
    });
  });
  test("the live session streams too, without a key, uncompressed and with its headers", async () => {
    const leaving = new AbortController();
    const headers = { "accept-encoding": "gzip, zstd" };
    const response = await fetch(`${caddy.url}/api/v1/session/stream`, { headers, signal: leaving.signal });
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(response.headers.get("cache-control")).toBe("no-cache");
    expect(response.headers.get("content-encoding")).toBeNull();
    const first = await response.body!.getReader().read();
    expect(new TextDecoder().decode(first.value)).toStartWith("retry: ");
    leaving.abort();
  });
  test("JSON is compressed for those who can read it, other text is not", async () => {
    const asked = { headers: { "accept-encoding": "gzip" } };
    const json = await call("/mirror/json", asked);
    expect(json.headers.get("content-encoding")).toBe("gzip");
    expect(((await json.json()) as { words: string }).words).toStartWith("words words");
    expect((await call("/mirror/text", asked)).headers.get("content-encoding")).toBeNull();
  });
  test("every answer has the security headers, and says nothing of the programs behind it", async () => {
    for (const path of ["/health/live", "/nowhere"]) {
      const { headers } = await call(path);
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("x-frame-options")).toBe("DENY");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
      expect(headers.get("permissions-policy")).toContain("camera=()");
      expect(headers.get("server")).toBeNull();
    }
  });
  test("a site with a name of its own asks for HTTPS only; localhost does not", async () => {
    await using named = await startCaddy("http://home.test", daemon.url);
    const { host, port } = new URL(named.url);
    const response = await fetch(`http://localhost:${port}/api/v1/health/live`, { headers: { host } });
    expect(response.headers.get("strict-transport-security")).toBe("max-age=31536000");
    expect((await call("/health/live")).headers.get("strict-transport-security")).toBeNull();
  });
  test("what the daemon says itself stands, once", async () =>
    expect((await call("/mirror/framed")).headers.get("x-frame-options")).toBe("SAMEORIGIN"));
  test("a body that is too large is 413, with its size told and without; one that fits passes", async () => {
    const post = (body: NonNullable<RequestInit["body"]>) => call("/mirror", { method: "POST", body });
    const large = "x".repeat(8 * 1024 * 1024 + 1);
    for (const body of [large, new Blob([large]).stream()]) {
      const refused = await post(body);
      expect([refused.status, await refused.json()]).toEqual([413, { detail: "Request body is too large" }]);
    }
    expect(await (await post(large.slice(1))).json()).toBe(8 * 1024 * 1024);
  });
  test("the access log has a line of JSON for each request, but none for probes, and holds no key and no query", async () => {
    await call("/health/live");
    await call("/health/ready");
    await call("/mirror?token=query-of-somebody", {
      headers: {
        authorization: "Bearer ses_secret-token",
        cookie: "c=secret-cookie",
        referer: "http://secret.example",
      },
    });
    await call("/no-such-thing?q=query-of-somebody");
    const uris = () => caddy.log().flatMap(({ request }) => request?.uri ?? []);
    await until(() => uris().includes("/api/v1/no-such-thing"));
    expect(uris()).toContain("/api/v1/mirror");
    expect(uris().filter(uri => uri.includes("health"))).toEqual([]);
    expect(caddy.text()).not.toContain(daemon.key);
    expect(caddy.text()).not.toMatch(/query-of-somebody|secret-token|secret-cookie|secret\.example/);
  });
  test("with HTTPS: a certificate of its own for localhost, and HTTP is sent there", async () => {
    await using secure = await startCaddy("https://localhost", daemon.url);
    const tls = { ca: secure.authority() };
    const path = "/api/v1/mirror";
    const headers = { "x-api-key": daemon.key };
    const response = await until(() => fetch(secure.url + path, { headers, tls }).catch(() => undefined));
    expect(await response.json()).toMatchObject({ "x-forwarded-proto": "https" });
    const plain = await fetch(secure.plainUrl + path, { redirect: "manual" });
    expect([plain.status, plain.headers.get("location")]).toEqual([308, secure.url + path]);
    await expect(fetch(secure.url + path, { headers })).rejects.toThrow(/certificate/);
  });
  test("a daemon that starts anew is waited for", async () => {
    const port = freePort();
    await using early = await startCaddy("http://localhost", `http://127.0.0.1:${port}`);
    const answer = fetch(early.url);
    await Bun.sleep(300); // so that it is refused at least once
    const late = Bun.serve({ port, hostname: "127.0.0.1", fetch: () => new Response("late") });
    expect(await (await answer).text()).toBe("late");
    await late.stop(true);
  });
  test("a daemon that is gone is 502, told in the log without the key", async () => {
    await using alone = await startCaddy("http://localhost", "http://127.0.0.1:1");
    const headers = { "x-api-key": "key-of-somebody" };
    const response = await fetch(`${alone.url}/api/v1/mirror?q=query-of-somebody`, { headers });
    expect(response.status).toBe(502);
    expect(await response.json()).toEqual({ detail: "Hearth does not answer" });
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("server")).toBeNull();
    await until(() => alone.log().some(({ level }) => level === "error"));
    expect(alone.text()).not.toMatch(/key-of-somebody|query-of-somebody/);
  });
});
