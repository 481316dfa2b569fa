import { describe, expect, test } from "bun:test";
import { Elysia } from "elysia";
import { TEST_KEY } from "hearth/testing";
import { z } from "zod";
import { serving } from "../fixtures/routes";

describe("other origins:", () => {
  const home = { origin: "http://localhost:3000" };
  const routes = () => new Elysia().get("/moon", () => "full").patch("/moon", () => "set");
  const cors = (headers: Headers) => headers.get("access-control-allow-origin");

  test("an origin of the list may read the answer", async () => {
    await using app = await serving(routes());
    const { body, headers } = await app.get("/moon", { headers: home });
    expect(body).toBe("full");
    expect(cors(headers)).toBe("http://localhost:3000");
    expect(headers.get("access-control-allow-credentials")).toBe("true");
    expect(headers.get("access-control-expose-headers")?.toLowerCase()).toContain("x-request-id");
    expect(headers.get("vary")?.toLowerCase()).toContain("origin");
  });

  test("any other origin is served and may not read", async () => {
    await using app = await serving(routes());
    for (const origin of [
      "http://localhost:3001",
      "http://localhost:3000.evil.example",
      "https://localhost:3000",
      "null",
    ]) {
      const { status, headers } = await app.get("/moon", { headers: { origin } });
      expect([status, cors(headers)]).toEqual([200, null]);
    }
  });

  test("a preflight is answered before the key is asked for, for every method there is", async () => {
    await using app = await serving(routes());
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
      const { status, headers } = await app.call("OPTIONS", "/moon", {
        key: null,
        headers: { ...home, "access-control-request-method": method, "access-control-request-headers": "x-api-key" },
      });
      expect(status).toBeOneOf([200, 204]);
      expect(headers.get("access-control-allow-methods")).toContain(method);
      expect(headers.get("access-control-allow-headers")?.toLowerCase()).toContain("x-api-key");
      expect(headers.get("access-control-max-age")).toBe("600");
      expect(cors(headers)).toBe("http://localhost:3000");
    }
  });

  test("a preflight of another origin allows nothing", async () => {
    await using app = await serving(routes());
    const { headers } = await app.call("OPTIONS", "/moon", {
      key: null,
      headers: { origin: "http://elsewhere", "access-control-request-method": "GET" },
    });
    expect(cors(headers)).toBeNull();
  });

  test("refusals and failures can be read there too", async () => {
    await using app = await serving(
      new Elysia().get("/moon", () => {
        throw new Error("dark");
      }),
    );
    for (const [path, key, status] of [
      ["/moon", null, 401],
      ["/nowhere", TEST_KEY, 404],
      ["/moon", TEST_KEY, 500],
    ] as const) {
      const answer = await app.get(path, { key, headers: home });
      expect([answer.status, cors(answer.headers)]).toEqual([status, "http://localhost:3000"]);
    }
  });

  test("a body comes through from another origin", async () => {
    await using app = await serving(new Elysia().post("/moon", ({ body }) => body));
    expect((await app.call("POST", "/moon", { headers: home, body: { phase: "full" } })).body).toEqual({
      phase: "full",
    });
  });
});

describe("W-52: pages of other origins", () => {
  const home = { origin: "http://localhost:3000" };
  const allowed = (headers: Headers) => headers.get("access-control-allow-origin");

  test("W-52: may PATCH: its preflight to a protected path is answered without the key", async () => {
    await using app = await serving(new Elysia().patch("/mailbox/read", () => "read"));
    const preflight = await app.call("OPTIONS", "/mailbox/read", {
      key: null,
      headers: { ...home, "access-control-request-method": "PATCH", "access-control-request-headers": "authorization" },
    });
    expect(preflight.status).toBeOneOf([200, 204]);
    expect(preflight.headers.get("access-control-allow-methods")).toContain("PATCH");
    expect(allowed(preflight.headers)).toBe("http://localhost:3000");
    expect((await app.call("PATCH", "/mailbox/read", { headers: home })).body).toBe("read");
  });

  test("W-52: can read 401, 422 and 500, and their ids", async () => {
    const routes = new Elysia()
      .get("/dark", () => {
        throw new Error("dark");
      })
      .get("/moon", () => "full", { query: z.object({ city: z.string() }) });
    await using app = await serving(routes);
    for (const [path, key, status] of [
      ["/moon", null, 401],
      ["/moon", TEST_KEY, 422],
      ["/dark", TEST_KEY, 500],
    ] as const) {
      const { status: got, headers } = await app.get(path, { key, headers: home });
      expect([got, allowed(headers), headers.has("x-request-id")]).toEqual([status, "http://localhost:3000", true]);
    }
  });
});

describe("what a browser may make of an answer:", () => {
  const sealed = "default-src 'none'; frame-ancestors 'none'; form-action 'none'; base-uri 'none'";
  const guards = ({ headers }: { headers: Headers }) =>
    ["x-content-type-options", "content-security-policy", "referrer-policy"].map(name => headers.get(name));

  test("its type is not guessed, be it an answer, a refusal, a failure, a redirect or empty", async () => {
    const routes = new Elysia()
      .get("/moon", () => ({ phase: "full" }))
      .get("/dark", () => {
        throw new Error("dark");
      })
      .get("/known", () => new Response(null, { status: 304 }))
      .get("/away", () => Response.redirect("http://localhost/", 302));
    await using app = await serving(routes);
    const answers = await Promise.all([
      ...["/moon", "/dark", "/known", "/away", "/moon/", "/nowhere"].map(path => app.get(path)),
      app.get("/moon", { key: null }),
      app.call("HEAD", "/moon"),
      app.call("POST", "/moon"),
      app.get("/moon", { headers: { origin: "http://localhost:3000" } }),
    ]);
    expect(answers.map(({ headers }) => headers.get("x-content-type-options"))).toEqual(answers.map(() => "nosniff"));
  });

  test("JSON needs no more; anything else may load nothing, be framed by nobody, and tells no other page where it is", async () => {
    const routes = new Elysia()
      .get("/moon", () => ({ phase: "full" }))
      .get("/page", () => new Response("<b>hello</b>", { headers: { "content-type": "text/html" } }))
      .get("/picture", () => new Response("<svg/>", { headers: { "content-type": "image/svg+xml" } }));
    await using app = await serving(routes);
    expect(guards(await app.get("/moon"))).toEqual(["nosniff", null, null]);
    expect(guards(await app.get("/page"))).toEqual(["nosniff", sealed, "no-referrer"]);
    expect(guards(await app.get("/picture"))).toEqual(["nosniff", sealed, "no-referrer"]);
  });

  test("a route that says what its page may load is heard, and a 304 does not overrule it", async () => {
    const own = { "content-type": "text/html", "content-security-policy": "default-src 'self'" };
    const routes = new Elysia()
      .get("/page", () => new Response("<b>hello</b>", { headers: own }))
      .get("/known", () => new Response(null, { status: 304 }));
    await using app = await serving(routes);
    expect(guards(await app.get("/page"))).toEqual(["nosniff", "default-src 'self'", "no-referrer"]);
    expect(guards(await app.get("/known"))).toEqual(["nosniff", null, null]);
  });
});
