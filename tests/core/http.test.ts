import { describe, expect, test } from "bun:test";
import { Elysia } from "elysia";
import { badRequest, HttpError, jsonBody, notFound, Routes } from "hearth";
import { TEST_KEY, type TestKernel, testKernel } from "hearth/testing";
import { z } from "zod";
import { CallerBook } from "../../core/callers";
import { HttpHost } from "../../core/http";
import { ServiceKey } from "../../core/service-key";
import { sendRaw } from "../fixtures/raw-http";
import { keyed, open, serving } from "../fixtures/routes";
import { doing, kernelOf, said } from "../fixtures/small-plugin";
import { until } from "../fixtures/until";

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
