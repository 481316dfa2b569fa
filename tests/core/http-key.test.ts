import { describe, expect, test } from "bun:test";
import { Elysia } from "elysia";
import { Routes } from "hearth";
import { TEST_KEY } from "hearth/testing";
import { keyed, open, serving } from "../fixtures/routes";
import { doing, kernelOf } from "../fixtures/small-plugin";

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
