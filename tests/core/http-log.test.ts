import { describe, expect, test } from "bun:test";
import { Elysia } from "elysia";
import { about } from "hearth";
import { requests, serving } from "../fixtures/routes";

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
