import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { bundledConfig, type DaemonPlace, daemonPlace, startDaemon, type TestDaemon } from "../fixtures/daemon";

/** What only a real socket shows. */
describe("on the wire", () => {
  let place: DaemonPlace;
  let daemon: TestDaemon;

  beforeAll(async () => {
    const config = bundledConfig({ sessions: "firstWake = false" });
    place = daemonPlace(config.replace("[http]\n", "[http]\nmaxBody = 5000\n"), { HEARTH_AGENT: "offline" });
    place.write("home/thoughts/2026-01-01-a.md", "# One\n\nText.\n");
    daemon = await startDaemon(place);
  }, 60_000);
  afterAll(async () => {
    await daemon?.[Symbol.asyncDispose]();
    place?.[Symbol.dispose]();
  });
  const api = (path: string, init: RequestInit = {}) =>
    fetch(`${daemon.url}/api/v1${path}`, { ...init, headers: { "x-api-key": daemon.key, ...init.headers } });

  test("a body larger than maxBody is 413, one that says its size and one that does not, and Hearth goes on", async () => {
    const large = JSON.stringify({ prompt: "x".repeat(6000) });
    const headers = { "content-type": "application/json" };
    const stream = new Response(large).body!;
    for (const body of [large, stream])
      expect((await api("/admin/wake", { method: "POST", headers, body })).status).toBe(413);
    const fits = JSON.stringify({ prompt: "x".repeat(4000) });
    expect((await api("/admin/wake", { method: "POST", headers, body: fits })).status).toBe(202);
  });

  test("HEAD has the length of the answer to GET and no body", async () => {
    for (const path of ["/health/live", "/content/thoughts", "/content/thoughts/2026-01-01-a"]) {
      const got = await api(path);
      const headed = await api(path, { method: "HEAD" });
      expect([headed.status, await headed.text()]).toEqual([got.status, ""]);
      expect(headed.headers.get("content-length")).toBe(String((await got.arrayBuffer()).byteLength));
      expect(headed.headers.get("content-type")).toBe(got.headers.get("content-type"));
    }
  });

  test("HEAD of a stream answers at once and holds nothing open", async () => {
    const headed = await api("/session/stream", { method: "HEAD" });
    expect(headed.status).toBe(200);
    expect(headed.headers.get("content-type")).toStartWith("text/event-stream");
    expect(await headed.text()).toBe("");
  });
});
