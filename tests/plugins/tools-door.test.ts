import { describe, expect, test } from "bun:test";
import { expectClean } from "hearth/testing";
import plugin from "../../plugins/tools/plugin";
import { bearer, echo, initialize, post, tool, waiting } from "../fixtures/small-tools";
import { toolClient, toolsKernel } from "../fixtures/tools";
import { until } from "../fixtures/until";

describe("a flood", () => {
  test("of calls at a time is refused beyond the bound, and those within it are answered", async () => {
    const { tool, begun, go } = waiting();
    await using app = await toolsKernel([tool], { settings: { atOnce: 3 } });
    await using agent = await app.enter();
    const calls = Array.from({ length: 20 }, () => agent.call("wait"));
    await until(() => begun.length === 3);
    const refused = await until(async () => {
      const settled = await Promise.all(calls.map(call => Promise.race([call, undefined])));
      const done = settled.filter(one => one !== undefined);
      return done.length === 17 && done;
    });
    expect(new Set(refused.map(({ text }) => text))).toEqual(
      new Set(["3 calls run already, and no more may run at a time. Wait until one is over."]),
    );
    go();
    const all = await Promise.all(calls);
    expect(all.filter(({ isError }) => !isError)).toHaveLength(3);
    expect(begun).toHaveLength(3);
  });
  test("of calls one after the other ends at the session's bound, for all of its clients together", async () => {
    const { tool, callers } = echo();
    await using app = await toolsKernel([tool], { settings: { calls: 5 } });
    await using agent = await app.enter();
    await using second = await toolClient(agent.session.url, agent.session.token);
    for (let n = 0; n < 4; n++) await agent.call("echo", { text: "a" });
    await second.call("echo", { text: "a" });
    expect(await second.call("echo", { text: "a" })).toEqual({
      isError: true,
      text: "All 5 calls of this session are used up. Go on without tools.",
    });
    expect((await agent.call("echo", { text: "a" })).isError).toBe(true);
    expect(callers).toHaveLength(5);
    await using other = await app.enter();
    expect((await other.call("echo", { text: "another session" })).isError).toBe(false);
  });
  test("of notices does not fill the session's log", async () => {
    await using app = await toolsKernel([echo().tool]);
    await using agent = await app.enter();
    for (let n = 0; n < 2100; n += 100) await Promise.all(Array.from({ length: 100 }, () => agent.call("none")));
    expect(agent.session.notes).toHaveLength(2000);
    expect(agent.session.notes.at(-1)).toBe("further calls of tools are not written down");
  }, 60_000);
  test("of clients leaves those that were used last", async () => {
    await using app = await toolsKernel([echo().tool]);
    await using first = await app.enter();
    const more = [];
    for (let n = 0; n < 8; n++) more.push(await toolClient(first.session.url, first.session.token));
    expect(await first.call("echo", { text: "a" }).catch(error => String(error))).toContain("not there any more");
    expect((await more.at(-1)!.call("echo", { text: "a" })).text).toBe("a");
    for (const client of more) await client[Symbol.asyncDispose]();
  });
});

describe("the door", () => {
  test("is shut to a wrong token, to none, and to the token of a session that is over", async () => {
    await using app = await toolsKernel([echo().tool]);
    await using agent = await app.enter();
    const { url, token, close } = agent.session;
    for (const headers of [{}, bearer("sk_tools_wrong"), bearer(""), { authorization: token }, bearer(`${token}x`)]) {
      const answer = await post(url, headers as Record<string, string>);
      expect(answer.status).toBe(401);
      expect(answer.headers.get("www-authenticate")).toBe("Bearer");
    }
    expect((await post(url, bearer(token))).status).toBe(200);
    await close();
    expect((await post(url, bearer(token))).status).toBe(401);
    expect(await agent.call("echo", { text: "a" }).catch(error => String(error))).toContain("needs a session's token");
    await expect(toolClient(url, token)).rejects.toThrow("needs a session's token");
  });
  test("lets nobody into another's connection", async () => {
    const { tool, callers } = echo();
    await using app = await toolsKernel([tool]);
    const [one, other] = [(await app.equip(["read"]))!, (await app.equip(["read"]))!];
    const hello = await post(one.url, bearer(one.token));
    const id = hello.headers.get("mcp-session-id")!;
    const call = { jsonrpc: "2.0", id: 2, method: "tools/call", params: { name: "echo", arguments: { text: "a" } } };
    for (const token of [other.token, app.key])
      expect((await post(one.url, { ...bearer(token), "mcp-session-id": id }, call)).status).toBe(404);
    expect(callers).toEqual([]);
    const own = await post(one.url, { ...bearer(one.token), "mcp-session-id": id }, call);
    expect(await own.json()).toMatchObject({ result: { content: [{ text: "a" }] } });
    expect(callers[0]!.session!.id).toMatch(/^20261121-/);
  });
  test("ends what runs when the session is over", async () => {
    const { tool, begun } = waiting();
    await using app = await toolsKernel([tool]);
    await using agent = await app.enter();
    const call = agent.call("wait").catch(() => "gone");
    await until(() => begun.length === 1);
    await agent.session.close();
    expect(begun[0]!.aborted).toBe(true);
    expect(await call).toBe("gone");
  });
  test("tells the agent of a session that has to end that it is over", async () => {
    const { tool, begun } = waiting();
    await using app = await toolsKernel([tool]);
    await using agent = await app.enter();
    const call = agent.call("wait").catch(() => "gone");
    await until(() => begun.length === 1);
    agent.session.abort.abort(new Error("time is up"));
    expect(["gone", "The session is over."]).toContain(
      await call.then(said => (typeof said === "string" ? said : said.text)),
    );
    expect(begun[0]!.aborted).toBe(true);
  });
  test("is not there for a page of a browser, nor under a rebound name", async () => {
    await using app = await toolsKernel([echo().tool]);
    const { url, token } = (await app.equip(["read"]))!;
    const { port } = new URL(url);
    const status = async (headers: Record<string, string>) =>
      (await post(url, { ...bearer(token), ...headers })).status;
    expect(await status({ origin: "http://evil.example" })).toBe(403);
    expect(await status({ origin: `http://127.0.0.1:${port}` })).toBe(403);
    expect(await status({ origin: "null" })).toBe(403);
    expect(await status({ host: `evil.example:${port}` })).toBe(403);
    expect(await status({ host: "127.0.0.1" })).toBe(403);
    expect(await status({ host: `localhost:${port}` })).toBe(200);
  });
  test("refuses what is no message, many at a time, and what is too long", async () => {
    await using app = await toolsKernel([echo().tool]);
    const { url, token } = (await app.equip(["read"]))!;
    const ask = async (body: unknown) => (await post(url, bearer(token), body)).status;
    expect(await ask("{")).toBe(400);
    expect(await ask("[".repeat(5000))).toBe(400);
    expect(await ask("null")).toBe(400);
    expect(await ask([initialize, initialize])).toBe(400);
    expect(await ask({ jsonrpc: "2.0", id: 1, method: "tools/list" })).toBe(400);
    expect(await ask({ ...initialize, params: { x: "x".repeat(1024 * 1024) } })).toBe(413);
    expect((await fetch(url, { headers: bearer(token) })).status).toBe(405);
    expect((await fetch(url.replace("/mcp", "/api/v1/health"), { headers: bearer(token) })).status).toBe(404);
    expect((await fetch(url, { method: "DELETE", headers: bearer(token) })).status).toBe(400);
    await using agent = await toolClient(url, token);
    expect(await agent.names()).toEqual(["echo"]);
  });
  test("is bound to this machine alone", async () => {
    await using app = await toolsKernel([echo().tool]);
    const { url } = (await app.equip(["read"]))!;
    const listening = await Bun.file("/proc/net/tcp").text();
    const hex = Number(new URL(url).port).toString(16).toUpperCase().padStart(4, "0");
    const own = listening.split("\n").filter(line => / 0A /.test(line) && line.includes(`:${hex} `));
    expect(own).toHaveLength(1);
    expect(own[0]).toContain(`0100007F:${hex}`);
  });
  test("says which port is taken", async () => {
    const taken = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
    try {
      await expect(toolsKernel([], { settings: { port: taken.port } })).rejects.toThrow(
        `tools cannot be served at 127.0.0.1:${taken.port}`,
      );
    } finally {
      await taken.stop(true);
    }
  });
});

describe("a person", () => {
  test("uses what answers only with the service key, and more where the settings say so", async () => {
    const { tool: one, callers } = echo();
    const tools = [one, tool("think", "self", () => "ok"), tool("send", "out", () => "ok")];
    await using app = await toolsKernel(tools);
    const { body } = await app.get("/tools");
    await using person = await toolClient(body.url, app.key);
    expect(await person.names()).toEqual(["echo"]);
    expect((await person.call("echo", { text: "a" })).text).toBe("a");
    expect(callers[0]).toMatchObject({ audience: "all", calls: 0 });
    expect(callers[0]!.session).toBeUndefined();
    expect((await person.call("send")).isError).toBe(true);
    expect(app.log.find(({ message }) => message.startsWith("tool echo answered 1 characters"))).toMatchObject({
      by: "a person",
    });
    await using wide = await toolsKernel(tools, { settings: { person: ["read", "send"] } });
    await using more = await toolClient((await wide.get("/tools")).body.url, wide.key);
    expect(await more.names()).toEqual(["echo", "send"]);
  });
  test("counts by client, and a client that leaves is gone", async () => {
    const { tool } = echo({ perSession: 1 });
    await using app = await toolsKernel([tool]);
    const { url } = (await app.get("/tools")).body;
    for (let n = 0; n < 2; n++) {
      await using person = await toolClient(url, app.key);
      expect((await person.call("echo", { text: "a" })).isError).toBe(false);
      expect((await person.call("echo", { text: "a" })).isError).toBe(true);
    }
  });
});

test("it leaves nothing behind, its socket included", async () => {
  await expectClean(plugin);
  await using app = await toolsKernel([echo().tool]);
  const { url, token } = (await app.equip(["read"]))!;
  await app.kernel.disable("tools");
  await expect(post(url, bearer(token))).rejects.toThrow();
});

test("a kernel for one command opens no socket", async () => {
  await using app = await toolsKernel([echo().tool], { mode: "command", settings: { port: 0 } });
  const before = await Bun.file("/proc/net/tcp").text();
  const session = (await app.equip(["read"]))!;
  await using agent = await toolClient(session.url, session.token);
  expect(await agent.names()).toEqual(["echo"]);
  const hex = Number(new URL(session.url).port).toString(16).toUpperCase().padStart(4, "0");
  expect(before).not.toContain(`0100007F:${hex} 00000000:0000 0A`);
});
