import { describe, expect, test } from "bun:test";
import { Elysia } from "elysia";
import { about, badRequest, HttpError, jsonBody, notFound, Routes } from "hearth";
import { TEST_KEY, type TestKernel, type TestOptions, testKernel } from "hearth/testing";
import { z } from "zod";
import { CallerBook } from "../../core/callers";
import { HttpHost } from "../../core/http";
import { ServiceKey } from "../../core/service-key";
import { sendRaw } from "../fixtures/raw-http";
import { doing, kernelOf, said } from "../fixtures/small-plugin";
import { until } from "../fixtures/until";

const open = about("for everybody", { access: "public" });
const keyed = about("for those with the key");

/** A kernel with one plugin, "moon", that has these routes. */
const serving = (routes: Elysia<any, any, any, any, any, any, any>, options: TestOptions = {}): Promise<TestKernel> =>
  testKernel([doing("moon", ctx => ctx.add(Routes, routes))], options);

/** Puts a kernel's routes on a socket, to be asked with requests that `fetch` would not send. */
function onSocket({ kernel }: TestKernel) {
  const door = new HttpHost({
    kernel,
    key: new ServiceKey(TEST_KEY),
    origins: [],
    access: () => {},
    callers: new CallerBook([]),
  });
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", development: false, fetch: door.fetch });
  const ask = (head: string) => sendRaw(server.url.href, new TextEncoder().encode(`${head}\r\n\r\n`));
  return { server, ask };
}

const requests = ({ log }: TestKernel) => log.filter(({ message }) => message === "request");

describe("the key:", () => {
  const routes = () => new Elysia().get("/moon", () => "full", keyed).get("/sky", () => "blue", open);

  test("a request without it is refused, word for word as clients know it", async () => {
    await using app = await serving(routes());
    expect(await app.get("/moon", { key: null })).toMatchObject({
      status: 401,
      body: { error: "Missing X-API-Key header" },
    });
    expect((await app.get("/moon", { key: "" })).body).toEqual({ error: "Missing X-API-Key header" });
  });

  test("a request with another is refused, word for word as clients know it", async () => {
    await using app = await serving(routes());
    expect(await app.get("/moon", { key: "nope" })).toMatchObject({ status: 401, body: { error: "Invalid API key" } });
    expect((await app.get("/moon", { key: `${TEST_KEY} ` })).status).toBe(200); // blanks around a header's value are not part of it
    expect((await app.get("/moon", { key: TEST_KEY.toUpperCase() })).status).toBe(401);
  });

  test("W-25: one that is not ASCII is only a wrong one", async () => {
    await using app = await serving(routes());
    expect(await app.get("/moon", { key: "clé-ü" })).toMatchObject({ status: 401, body: { error: "Invalid API key" } });
  });

  test("the right one opens the route", async () => {
    await using app = await serving(routes());
    expect(await app.get("/moon")).toMatchObject({ status: 200, body: "full" });
  });

  test("a public route needs none, and minds none", async () => {
    await using app = await serving(routes());
    expect((await app.get("/sky", { key: null })).status).toBe(200);
    expect((await app.get("/sky", { key: "nope" })).status).toBe(200);
  });

  test("a route that says nothing of itself needs it", async () => {
    await using app = await serving(new Elysia().get("/moon", () => "full"));
    expect((await app.get("/moon", { key: null })).status).toBe(401);
  });

  test("it is not taken from the query or from another header", async () => {
    await using app = await serving(routes());
    const headers = { authorization: `Bearer ${TEST_KEY}` };
    expect((await app.get(`/moon?x-api-key=${TEST_KEY}`, { key: null, headers })).status).toBe(401);
  });

  test("an unknown path tells nothing to those without it", async () => {
    await using app = await serving(routes());
    expect(await app.get("/nowhere", { key: null })).toMatchObject({ status: 401 });
    expect(await app.get("/nowhere")).toMatchObject({ status: 404, body: { detail: "Not Found" } });
  });

  test("a public wildcard of one plugin does not open another's route", async () => {
    await using app = await kernelOf([
      doing("sky", ctx =>
        ctx.add(
          Routes,
          new Elysia().get("/moon/*", () => "any", open).get("/:any/far", () => "far", open),
        ),
      ),
      doing("moon", ctx =>
        ctx.add(
          Routes,
          new Elysia().get("/moon/:city", () => "secret", keyed),
        ),
      ),
    ]);
    expect((await app.get("/moon/oslo", { key: null })).status).toBe(401);
    expect((await app.get("/moon/far", { key: null })).status).toBe(401);
    expect((await app.get("/moon/oslo")).body).toBe("secret");
    expect((await app.get("/moon/oslo/harbour", { key: null })).body).toBe("any");
  });

  test("a public parameter does not open another's route for all methods", async () => {
    await using app = await kernelOf([
      doing("sky", ctx =>
        ctx.add(
          Routes,
          new Elysia().get("/moon/:city", () => "any", open),
        ),
      ),
      doing("moon", ctx =>
        ctx.add(
          Routes,
          new Elysia().all("/moon/dark", () => "secret", keyed),
        ),
      ),
      doing("hill", ctx =>
        ctx.add(
          Routes,
          new Elysia().get("/moon/top-:of", () => "secret", keyed),
        ),
      ),
    ]);
    expect((await app.get("/moon/dark", { key: null })).status).toBe(401);
    expect((await app.get("/moon/top-secret", { key: null })).status).toBe(401);
    expect((await app.get("/moon/dark")).body).toBe("secret");
    expect((await app.get("/moon/top-secret")).body).toBe("secret");
    expect((await app.get("/moon/oslo", { key: null })).body).toBe("any");
  });

  test("a public route's other methods may need it", async () => {
    await using app = await serving(new Elysia().get("/moon", () => "full", open).post("/moon", () => "set", keyed));
    expect((await app.call("GET", "/moon", { key: null })).status).toBe(200);
    expect((await app.call("POST", "/moon", { key: null })).status).toBe(401);
  });

  test("a path that is written otherwise is no way around it", async () => {
    await using app = await serving(routes());
    for (const path of ["/moon/", "//moon", "/%6Doon", "/moon%2F", "/MOON", "/./moon", "/x/../moon", "/moon?x=/sky"])
      expect((await app.get(path, { key: null })).status).toBe(401);
  });
});

describe("paths and methods:", () => {
  test("a wrong method is told with those that are right", async () => {
    await using app = await serving(new Elysia().get("/moon", () => "full").post("/moon", () => "set"));
    const answer = await app.call("DELETE", "/moon");
    expect(answer).toMatchObject({ status: 405, body: { detail: "Method Not Allowed" } });
    expect(answer.headers.get("allow")).toBe("GET, POST");
  });

  test("HEAD is GET without the body", async () => {
    await using app = await serving(
      new Elysia().get("/moon", ({ set }) => {
        set.headers["x-phase"] = "full";
        return "bright";
      }),
    );
    const answer = await app.call("HEAD", "/moon");
    expect(answer).toMatchObject({ status: 200, body: "" });
    expect(answer.headers.get("x-phase")).toBe("full");
  });

  test("HEAD where there is no GET is a wrong method", async () => {
    await using app = await serving(new Elysia().post("/moon", () => "set"));
    expect((await app.call("HEAD", "/moon")).status).toBe(405);
  });

  test("HEAD of a stream ends the stream", async () => {
    let left = false;
    const body = () =>
      new ReadableStream({
        cancel() {
          left = true;
        },
      });
    await using app = await serving(new Elysia().get("/moon", () => new Response(body())));
    expect((await app.call("HEAD", "/moon")).status).toBe(200);
    await until(() => left);
  });

  test("a slash too many leads to the right path, with the query", async () => {
    await using app = await serving(new Elysia().get("/moon", () => "full").get("/moon/:city", () => "half"));
    const answer = await app.get("/moon/?night=1");
    expect([answer.status, answer.headers.get("location")]).toEqual([307, "/api/v1/moon?night=1"]);
    expect((await app.get("/moon/oslo/")).headers.get("location")).toBe("/api/v1/moon/oslo");
    expect((await app.get("/sun/")).status).toBe(404);
  });

  test("a host of one letter finds the same routes as a long one", async () => {
    await using app = await serving(
      new Elysia().get("/moon", () => "full", open).get("/moon/:city", () => "half", open),
    );
    const host = new HttpHost({
      kernel: app.kernel,
      key: new ServiceKey(TEST_KEY),
      origins: [],
      access: () => {},
      callers: new CallerBook([]),
    });
    for (const place of ["x", "nas", "x.y", "localhost"]) {
      const answer = (path: string) => host.fetch(new Request(`http://${place}/api/v1/${path}`));
      expect([(await answer("moon")).status, await (await answer("moon/oslo")).text()]).toEqual([200, "half"]);
    }
  });

  test("a redirect never leaves the house", async () => {
    await using app = await serving(new Elysia().get("/moon", () => "full"));
    const answer = await app.fetch("//evil.example/moon/", { headers: { "x-api-key": TEST_KEY } });
    expect(answer.headers.get("location") ?? "").not.toStartWith("//");
  });

  test("a fixed path does not hide another method of a path with a parameter", async () => {
    await using app = await kernelOf([
      doing("one", ctx =>
        ctx.add(
          Routes,
          new Elysia().get("/moon/new", () => "a form"),
        ),
      ),
      doing("two", ctx =>
        ctx.add(
          Routes,
          new Elysia().post("/moon/:city", ({ params }) => `made ${params.city}`),
        ),
      ),
    ]);
    expect((await app.get("/moon/new")).body).toBe("a form");
    expect((await app.call("POST", "/moon/new")).body).toBe("made new");
    expect((await app.call("PUT", "/moon/new")).headers.get("allow")).toBe("GET, POST");
  });

  test("a route for all methods answers all methods", async () => {
    await using app = await serving(new Elysia().all("/moon", ({ request }) => request.method));
    for (const method of ["GET", "POST", "DELETE"]) expect((await app.call(method, "/moon")).body).toBe(method);
  });

  test("a parameter that may be left out may be left out", async () => {
    await using app = await serving(new Elysia().get("/moon/:city?", ({ params }) => params.city ?? "nowhere"));
    expect((await app.get("/moon/oslo")).body).toBe("oslo");
    expect((await app.get("/moon")).body).toBe("nowhere");
  });

  test("a parameter comes decoded, and a dot is only a dot", async () => {
    await using app = await serving(
      new Elysia().get("/moon/:city", ({ params }) => params.city).get("/map.json", () => "a map"),
    );
    expect((await app.get("/moon/S%C3%A3o%20Paulo")).body).toBe("São Paulo");
    expect((await app.get("/mapxjson")).status).toBe(404);
  });

  test("nothing is outside the API's base", async () => {
    await using app = await serving(new Elysia().get("/moon", () => "full"));
    const answer = await app.fetch("/../../moon", { headers: { "x-api-key": TEST_KEY } });
    expect(answer.status).toBe(404);
  });
});

describe("errors:", () => {
  test("what a route throws on purpose is its answer, headers included", async () => {
    const routes = new Elysia()
      .get("/slow", () => {
        throw new HttpError(429, "Not so fast", { "retry-after": "7" });
      })
      .get("/gone", async () => {
        throw notFound("No such moon");
      })
      .get("/bad", () => {
        throw badRequest("No such city");
      });
    await using app = await serving(routes);
    const slow = await app.get("/slow");
    expect(slow).toMatchObject({ status: 429, body: { detail: "Not so fast" } });
    expect(slow.headers.get("retry-after")).toBe("7");
    expect(await app.get("/gone")).toMatchObject({ status: 404, body: { detail: "No such moon" } });
    expect(await app.get("/bad")).toMatchObject({ status: 400, body: { detail: "No such city" } });
    expect(said(app, "error")).toEqual([]);
  });

  test("a route that throws answers 500 without a word of why, and is reported under its plugin's name", async () => {
    await using app = await serving(
      new Elysia()
        .get("/dark", () => {
          throw new Error("the password is swordfish");
        })
        .get("/later", () => Promise.reject(new TypeError("still swordfish")))
        .get("/moon", () => "full"),
    );
    for (const path of ["/dark", "/later"]) {
      const answer = await app.get(path);
      expect(answer).toMatchObject({ status: 500, body: { detail: "Internal Server Error" } });
      expect(answer.headers.get("x-request-id")).toBeTruthy();
    }
    expect(said(app, "error")).toEqual([
      "moon: a route failed: the password is swordfish",
      "moon: a route failed: still swordfish",
    ]);
    expect((await app.get("/moon")).body).toBe("full");
  });

  test("a route that throws what is no error answers 500 too", async () => {
    await using app = await serving(
      new Elysia().get("/dark", () => {
        throw "swordfish";
      }),
    );
    const answer = await app.get("/dark");
    expect([answer.status, JSON.stringify(answer.body).includes("swordfish")]).toEqual([500, false]);
  });

  test("what one plugin does with its own errors is no other's business", async () => {
    await using app = await kernelOf([
      doing("own", ctx =>
        ctx.add(
          Routes,
          new Elysia()
            .onError(() => "I take everything")
            .get("/own", () => {
              throw new Error("mine");
            }),
        ),
      ),
      doing("other", ctx =>
        ctx.add(
          Routes,
          new Elysia().get("/other", () => {
            throw notFound("No such thing");
          }),
        ),
      ),
    ]);
    expect((await app.get("/other")).body).toEqual({ detail: "No such thing" });
  });

  test.each(["[", "%", "a:99999", "a b", "a?b", ""])(
    'a caller whose Host is "%s" is answered like everybody',
    async place => {
      await using app = await serving(
        new Elysia()
          .get("/sky", ({ request }) => new URL(request.url).pathname, open)
          .get("/moon", () => "full", keyed),
      );
      const { server, ask } = onSocket(app);
      try {
        expect(await ask(`GET /api/v1/sky HTTP/1.1\r\nHost: ${place}`)).toMatchObject({ status: 200 });
        expect(await ask(`HEAD /api/v1/sky HTTP/1.1\r\nHost: ${place}`)).toMatchObject({ status: 200 });
        expect(await ask(`GET /api/v1/moon HTTP/1.1\r\nHost: ${place}`)).toMatchObject({ status: 401 });
        const moved = await ask(`GET /api/v1/moon/?a=/&b HTTP/1.1\r\nHost: ${place}\r\nX-API-Key: ${TEST_KEY}`);
        expect([moved.status, moved.headers["location"]]).toEqual([307, "/api/v1/moon?a=/&b"]);
      } finally {
        await server.stop(true);
      }
    },
  );

  test("a caller of HTTP/1.0, who names no Host, is answered like everybody", async () => {
    await using app = await serving(new Elysia().get("/sky", () => "blue", open));
    const { server, ask } = onSocket(app);
    try {
      expect(await ask("GET /api/v1/sky?of=http://x/y HTTP/1.0")).toMatchObject({ status: 200 });
    } finally {
      await server.stop(true);
    }
  });

  test("an answer that was fetched elsewhere can be passed on", async () => {
    const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("from afar") });
    try {
      await using app = await serving(new Elysia().get("/far", () => fetch(server.url)));
      const answer = await app.get("/far", { headers: { "x-request-id": "far-1" } });
      expect([answer.status, answer.body]).toEqual([200, "from afar"]);
      expect(answer.headers.get("x-request-id")).toBe("far-1");
    } finally {
      await server.stop(true);
    }
  });

  test("a redirect can be answered", async () => {
    await using app = await serving(new Elysia().get("/away", () => Response.redirect("http://localhost/", 302)));
    expect((await app.get("/away")).status).toBe(302);
  });

  test("a route that never returns is named when its plugin stops, and keeps nobody waiting for ever", async () => {
    await using app = await serving(
      new Elysia().get("/stuck", () => new Promise(() => {})).get("/moon", () => "full"),
      { limits: { stop: 0.05, cut: 0.05 } },
    );
    void app.get("/stuck");
    expect((await app.get("/moon")).body).toBe("full");
    await app.kernel.disable("moon");
    expect(said(app, "error")).toEqual(["kernel: this did not end and is left behind: moon: GET /api/v1/stuck, 0 s"]);
  });

  test("a request in flight gets its answer while its plugin stops", async () => {
    let finish!: () => void;
    const work = new Promise<void>(resolve => {
      finish = resolve;
    });
    await using app = await serving(new Elysia().get("/slow", () => work.then(() => "at last")));
    const answer = app.get("/slow");
    const stopped = app.kernel.disable("moon");
    finish();
    expect((await answer).body).toBe("at last");
    await stopped;
    expect((await app.get("/slow")).status).toBe(404);
  });
});

describe("every answer has an id of its own:", () => {
  test("for errors, for browsers' pages, and for who sends one", async () => {
    await using app = await serving(new Elysia().get("/moon", () => "full"));
    const answers = await Promise.all([
      app.get("/moon", { key: null }),
      app.get("/nowhere"),
      app.call("POST", "/moon"),
      app.get("/moon", { headers: { origin: "http://localhost:3000" } }),
      app.get("/moon", { headers: { origin: "http://elsewhere" } }),
      app.get("/moon", { headers: { "x-request-id": "proxy-7" } }),
      app.get("/moon", { headers: { "x-request-id": "not an id\t" } }),
    ]);
    const ids = answers.map(({ headers }) => headers.get("x-request-id"));
    expect(ids.every(Boolean)).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids[5]).toBe("proxy-7");
    expect(ids[6]).not.toContain("not an id");
  });

  test("costs other answers nothing, and stands in the log of all", async () => {
    await using app = await serving(new Elysia().get("/moon", () => "full"));
    expect((await app.get("/moon")).headers.has("x-request-id")).toBe(false);
    expect(requests(app)[0]!["request"]).toMatch(/^\w+-1$/);
  });
});

describe("the request log:", () => {
  test("has the method, the path without its query, the status, the time and the id", async () => {
    await using app = await serving(new Elysia().get("/moon", () => "full"));
    await app.get("/moon?secret=1", { headers: { "x-request-id": "mine-1" } });
    expect(requests(app)).toEqual([
      expect.objectContaining({
        level: "info",
        plugin: "http",
        method: "GET",
        path: "/api/v1/moon",
        status: 200,
        ms: expect.any(Number),
        request: "mine-1",
      }),
    ]);
  });

  test("has refusals and failures too", async () => {
    await using app = await serving(new Elysia().get("/moon", () => Promise.reject(new Error("dark"))));
    await app.get("/moon");
    await app.get("/moon", { key: null });
    await app.get("/nowhere");
    await app.call("HEAD", "/moon");
    expect(requests(app).map(({ method, status }) => `${method} ${status}`)).toEqual([
      "GET 500",
      "GET 401",
      "GET 404",
      "HEAD 500",
    ]);
  });

  test("leaves out what is to be quiet", async () => {
    const quiet = about("is it alive?", { access: "public", quiet: true });
    await using app = await serving(new Elysia().get("/alive", () => "yes", quiet));
    await app.get("/alive");
    expect(requests(app)).toEqual([]);
  });
});

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

describe("W-54: what is refused or fails", () => {
  test("W-54: is in the request log as everything else, by the id that its answer carries", async () => {
    await using app = await serving(
      new Elysia().get("/dark", () => {
        throw new Error("dark");
      }),
    );
    const answers = [await app.get("/dark", { key: null }), await app.get("/dark")];
    expect(requests(app).map(({ status, request }) => [status, request])).toEqual(
      answers.map(({ status, headers }) => [status, headers.get("x-request-id")]),
    );
    expect(answers.map(({ status }) => status)).toEqual([401, 500]);
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

describe("routes come and go with their plugin:", () => {
  const page = (id: string) =>
    doing(id, ctx =>
      ctx.add(
        Routes,
        new Elysia().get(`/${id}`, () => id),
      ),
    );

  test("off they are gone, on they are back, and the others never notice", async () => {
    await using app = await testKernel([page("moon"), page("sun")]);
    expect((await app.get("/moon")).body).toBe("moon");
    await app.kernel.disable("moon");
    expect([(await app.get("/moon")).status, (await app.get("/sun")).body]).toEqual([404, "sun"]);
    await app.kernel.enable("moon");
    expect((await app.get("/moon")).body).toBe("moon");
  });

  test("an open stream of another plugin lives on", async () => {
    let say!: (text: string) => void;
    const stream = () =>
      new ReadableStream<Uint8Array>({
        start(controller) {
          say = text => controller.enqueue(new TextEncoder().encode(text));
        },
      });
    const radio = doing("radio", ctx =>
      ctx.add(
        Routes,
        new Elysia().get("/radio", () => new Response(stream())),
      ),
    );
    await using app = await testKernel([radio, page("moon")]);
    const reader = (await app.fetch("/radio", { headers: { "x-api-key": TEST_KEY } })).body!.getReader();
    say("one");
    expect(new TextDecoder().decode((await reader.read()).value)).toBe("one");
    await app.kernel.disable("moon");
    expect((await app.get("/moon")).status).toBe(404);
    await app.kernel.enable("moon");
    expect((await app.get("/moon")).body).toBe("moon");
    say("two");
    expect(new TextDecoder().decode((await reader.read()).value)).toBe("two");
    await reader.cancel();
  });

  test("a hundred and fifty routes are composed as soon as one is asked for", async () => {
    const routes = new Elysia();
    for (let index = 0; index < 150; index++) routes.get(`/r${index}/:x`, () => `r${index}`);
    await using app = await testKernel([doing("many", ctx => ctx.add(Routes, routes))]);
    expect((await app.get("/r149/x")).body).toBe("r149");
  });
});

test("a route whose body is JSON takes no form, and reads every kind of JSON", async () => {
  const Moon = z.object({ name: z.string() });
  const routes = new Elysia().post("/moon", ({ body }) => body, { parse: jsonBody, body: Moon, ...open });
  await using app = await serving(routes);
  const status = async (type: string, body: string) =>
    (await app.call("POST", "/moon", { headers: { "content-type": type }, body })).status;
  expect(await status("application/json; charset=utf-8", '{"name":"new"}')).toBe(200);
  expect(await status("application/json ; charset=utf-8", '{"name":"new"}')).toBe(200);
  expect(await status("application/ld+json", '{"name":"new"}')).toBe(200);
  expect(await status("application/x-www-form-urlencoded", "name=new")).toBe(422);
  expect(await status("text/plain", '{"name":"new"}')).toBe(422);
});

test("a disk that is full or read-only is told as that, and is nobody's fault here", async () => {
  const failing = (code: string) => () => {
    throw Object.assign(new Error("no"), { code });
  };
  const routes = new Elysia().get("/full", failing("ENOSPC"), open).get("/sealed", failing("SQLITE_READONLY"), open);
  await using app = await serving(routes);
  expect(await app.get("/full")).toMatchObject({
    status: 507,
    body: { detail: "This could not be saved: the disk is full" },
  });
  expect((await app.get("/sealed")).body).toEqual({ detail: "This could not be saved: the disk is read-only" });
});
