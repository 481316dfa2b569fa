import { describe, expect, test } from "bun:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { type AnyElysia, Elysia, t } from "elysia";
import { about, Routes } from "hearth";
import { configured, expectClean, type TestKernel, testKernel } from "hearth/testing";
import { z } from "zod";
import openapi from "../../plugins/openapi/plugin";
import { doing } from "../fixtures/small-plugin";

/** A kernel with the plugin, and "moon" with these routes. */
const serving = (routes: AnyElysia, settings = {}): Promise<TestKernel> =>
  testKernel([doing("moon", ctx => ctx.add(Routes, routes)), configured(openapi, settings)]);

const documentOf = async (app: TestKernel) => (await app.get("/openapi.json")).body;

/** An operation of "moon", by its path and method. */
async function operation(routes: AnyElysia, path: string, method = "get") {
  await using app = await serving(routes);
  const document = await documentOf(app);
  return { ...document.paths[path][method], document };
}

describe("the document", () => {
  const routes = () =>
    new Elysia()
      .get("/moon/:city/*", () => "", about("Up there", { access: "public", answers: "text/plain" }))
      .post("/moon", () => "", { body: z.object({ phase: z.string() }), ...about("Set it", { answers: z.object({}) }) })
      .all("/sun", () => "", about("Shines"))
      .get("/star/:name?", () => "", about("Twinkles"));

  test("is valid OpenAPI 3.1, and the validator would say if it were not", async () => {
    await using app = await serving(routes());
    const document = await documentOf(app);
    expect(await new Validator().validate(document)).toEqual({ valid: true });
    expect(document.openapi).toStartWith("3.1");
    delete document.paths["/moon"].post.responses;
    document.paths["/moon"].post.responses = "none";
    expect((await new Validator().validate(document)).valid).toBe(false);
  });

  test("gives each operation an id of its own, made of its method and path", async () => {
    await using app = await serving(routes().get("/star/by/name", () => "", about("")));
    const { paths } = await documentOf(app);
    const ids = Object.values<object>(paths).flatMap(methods =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toContainValues(["getMoonByCityByPath", "postMoon", "getSun", "deleteSun", "getStar"]);
    expect(ids.filter(id => id.startsWith("getStarByName"))).toEqual(["getStarByName", "getStarByName2"]);
  });

  test("puts an operation under its plugin, which says what it is for", async () => {
    await using app = await serving(routes());
    const { paths, tags } = await documentOf(app);
    expect(paths["/moon"].post).toMatchObject({ summary: "Set it", tags: ["moon"] });
    expect(tags).toContainEqual({ name: "moon", description: "moon, for a test" });
    expect(tags).toContainEqual({ name: "openapi", description: openapi.summary });
  });

  test("has paths as OpenAPI writes them: parameters, all that comes after, a part that may be left out", async () => {
    await using app = await serving(routes());
    const { paths, servers } = await documentOf(app);
    expect(Object.keys(paths)).toEqual([
      "/moon/{city}/{path}",
      "/moon",
      "/sun",
      "/star",
      "/star/{name}",
      "/openapi.json",
      "/docs",
    ]);
    expect(servers).toEqual([{ url: "/api/v1" }]);
    expect(Object.keys(paths["/sun"])).toEqual(["get", "post", "put", "patch", "delete"]);
    expect(paths["/moon/{city}/{path}"].get.parameters.map((one: { name: string }) => one.name)).toEqual([
      "city",
      "path",
    ]);
  });

  test("has one path for routes that differ in the names of their parameters only", async () => {
    const { document, ...got } = await operation(
      new Elysia()
        .get("/moon/:city", () => "", about("a"))
        .post("/moon/:town", () => "", { params: z.object({ town: z.enum(["oslo"]) }), ...about("b") }),
      "/moon/{city}",
      "post",
    );
    expect(got.parameters).toEqual([
      { name: "city", in: "path", required: true, schema: { type: "string", enum: ["oslo"] } },
    ]);
    expect(await new Validator().validate(document)).toEqual({ valid: true });
  });

  test("leaves out what OpenAPI has no word for", async () => {
    await using app = await serving(routes().ws("/talk", {}));
    expect((await documentOf(app)).paths["/talk"] ?? {}).toEqual({});
  });
});

describe("what a route takes:", () => {
  test("the query and the headers as parameters, with what is said of them", async () => {
    const query = z.object({
      limit: z.coerce.number().int().min(1).max(50).default(20).describe("How many"),
      q: z.string(),
    });
    const headers = z.object({ "x-phase": z.string().optional(), authorization: z.string() });
    const { parameters } = await operation(
      new Elysia().get("/moon", () => "", { query, headers, ...about("") }),
      "/moon",
    );
    expect(parameters).toEqual([
      {
        name: "limit",
        in: "query",
        required: false,
        description: "How many",
        schema: { type: "integer", minimum: 1, maximum: 50, default: 20 },
      },
      { name: "q", in: "query", required: true, schema: { type: "string" } },
      { name: "x-phase", in: "header", required: false, schema: { type: "string" } },
    ]);
  });

  test("the body, as it is sent: a field with a default may be left out", async () => {
    const body = z.object({ phase: z.enum(["new", "full"]).default("new"), city: z.string().min(2) });
    const { requestBody } = await operation(
      new Elysia().post("/moon", () => "", { body, ...about("") }),
      "/moon",
      "post",
    );
    expect(requestBody).toEqual({
      required: true,
      content: {
        "application/json": {
          schema: {
            type: "object",
            properties: {
              phase: { type: "string", enum: ["new", "full"], default: "new" },
              city: { type: "string", minLength: 2 },
            },
            required: ["city"],
          },
        },
      },
    });
  });

  test("a body with a file comes in parts, and one that may be left out is not required", async () => {
    const routes = new Elysia()
      .post("/picture", () => "", { body: z.object({ image: z.file() }), ...about("") })
      .post("/note", () => "", { body: z.object({ text: z.string() }).optional(), ...about("") });
    expect(Object.keys((await operation(routes, "/picture", "post")).requestBody.content)).toEqual([
      "multipart/form-data",
    ]);
    expect((await operation(routes, "/note", "post")).requestBody.required).toBe(false);
  });

  test("a schema of TypeBox is taken as it is, one that nobody can describe as anything", async () => {
    const routes = new Elysia()
      .post("/box", () => "", { body: t.Object({ phase: t.String() }), ...about("") })
      .post("/odd", () => "", { body: z.object({ made: z.custom(() => true) }), ...about("") });
    const { requestBody, document } = await operation(routes, "/box", "post");
    expect(requestBody.content["application/json"].schema).toMatchObject({ properties: { phase: { type: "string" } } });
    expect(document.paths["/odd"].post.requestBody.content["application/json"].schema.properties.made).toEqual({});
    expect(await new Validator().validate(document)).toEqual({ valid: true });
  });
});

describe("who may call:", () => {
  test("the service key, unless the route is public; a route with an authorization header wants that", async () => {
    const headers = z.object({ authorization: z.string() });
    const routes = new Elysia()
      .get("/keyed", () => "", about(""))
      .get("/open", () => "", about("", { access: "public" }))
      .get("/own", () => "", { headers, ...about("", { access: "public" }) });
    await using app = await serving(routes);
    const { paths, components } = await documentOf(app);
    expect(paths["/keyed"].get.security).toEqual([{ key: [] }]);
    expect(paths["/open"].get.security).toEqual([]);
    expect(paths["/own"].get.security).toEqual([{ bearer: [] }]);
    expect(components.securitySchemes.key).toMatchObject({ type: "apiKey", in: "header", name: "X-API-Key" });
  });
});

describe("who may call, when the route says what it takes:", () => {
  test.each(["sender", "session"] as const)("a %s is a security scheme of its own, with its 401", async bearer => {
    const headers = z.object({ authorization: z.string() });
    const saying = about("", { access: "public", bearer, answers: z.object({}) });
    const routes = new Elysia().get("/own", () => "", { headers, ...saying }).get("/bare", () => "", saying);
    await using app = await serving(routes);
    const document = await documentOf(app);
    expect(document.paths["/own"].get.security).toEqual([{ [bearer]: [] }]);
    expect(document.paths["/bare"].get.security).toEqual([{ [bearer]: [] }]);
    expect(document.paths["/own"].get.responses[401].content["application/json"].schema).toEqual({
      $ref: "#/components/schemas/Detail",
    });
    expect(document.components.securitySchemes[bearer]).toMatchObject({ type: "http", scheme: "bearer" });
    expect(await new Validator().validate(document)).toEqual({ valid: true });
  });
});

describe("what a route answers:", () => {
  const codes = (responses: object) => Object.keys(responses);

  test("its own answer and errors; 401 where the key is asked for, 422 where something is checked, 400, 413 and 507 where a body is taken", async () => {
    const routes = new Elysia()
      .post("/moon", () => "", {
        body: z.object({}),
        ...about("", { answers: z.object({ id: z.string() }), status: 201, errors: { 409: "It is there already" } }),
      })
      .get("/sky", () => "", about("", { access: "public" }));
    const { responses, document } = await operation(routes, "/moon", "post");
    expect(codes(responses)).toEqual(["201", "400", "401", "409", "413", "422", "507"]);
    expect(responses[201].content["application/json"].schema).toMatchObject({ required: ["id"] });
    expect(responses[409]).toEqual({
      description: "It is there already",
      content: { "application/json": { schema: { $ref: "#/components/schemas/Detail" } } },
    });
    expect(document.components.schemas.Refusal.properties).toEqual({ error: { type: "string" } });
    expect(codes(document.paths["/sky"].get.responses)).toEqual(["200"]);
  });

  test("an error may have a body of its own", async () => {
    const Title = z.object({ title: z.string() });
    const routes = new Elysia().get(
      "/moon",
      () => "",
      about("", { errors: { 409: { when: "It has another title", answers: Title }, 304: "It is as it was" } }),
    );
    const { responses } = await operation(routes, "/moon");
    expect(responses[409].content["application/json"].schema.properties).toEqual({ title: { type: "string" } });
    expect(responses[304]).toEqual({ description: "It is as it was" });
  });

  test("a stream of events, which is resumed by Last-Event-ID", async () => {
    const { responses, parameters } = await operation(
      new Elysia().get("/moon", () => "", about("", { answers: "text/event-stream", errors: { 503: "Too many" } })),
      "/moon",
    );
    expect(responses[200].content).toEqual({ "text/event-stream": { schema: { type: "string" } } });
    expect(responses[503].description).toBe("Too many");
    expect(parameters).toMatchObject([{ name: "Last-Event-ID", in: "header", required: false }]);
  });

  test("a shape that contains itself, or has a name, is told once and referred to", async () => {
    const Tree = z.object({
      name: z.string(),
      get children() {
        return z.array(Tree).nullable();
      },
    });
    const Named = z.object({ a: z.string() }).meta({ id: "Named" });
    const Other = z.object({ b: z.string() }).meta({ id: "Named" });
    const routes = new Elysia()
      .get("/tree", () => "", about("", { answers: Tree }))
      .get("/in-tree", () => "", about("", { answers: z.object({ root: Tree, named: Named }) }))
      .get("/named", () => "", about("", { answers: Named }))
      .get("/other", () => "", about("", { answers: Other }));
    await using app = await serving(routes);
    const document = await documentOf(app);
    const schemaOf = (path: string) => document.paths[path].get.responses[200].content["application/json"].schema;
    const { schemas } = document.components;
    expect(await new Validator().validate(document)).toEqual({ valid: true });
    const name = schemaOf("/tree").$ref.split("/").at(-1);
    expect(schemas[name].properties.children.anyOf[0].items).toEqual({ $ref: `#/components/schemas/${name}` });
    expect(schemaOf("/named")).toEqual(schemaOf("/in-tree").properties.named);
    expect(schemaOf("/named")).toEqual({ $ref: "#/components/schemas/Named" });
    expect(schemas.Named.properties).toEqual({ a: { type: "string" } });
    expect(schemas[schemaOf("/other").$ref.split("/").at(-1)].properties).toEqual({ b: { type: "string" } });
    expect(JSON.stringify(document)).not.toContain("$defs");
  });
});

describe("GET /openapi.json", () => {
  const moon = () =>
    doing("moon", ctx =>
      ctx.add(
        Routes,
        new Elysia().get("/moon", () => "", about("The moon")),
      ),
    );

  test("follows the plugins that are on", async () => {
    await using app = await testKernel([moon(), openapi]);
    expect((await documentOf(app)).paths).toContainKey("/moon");
    await app.kernel.disable("moon");
    const without = await documentOf(app);
    expect(without.paths).not.toContainKey("/moon");
    expect(without.tags.map(({ name }: { name: string }) => name)).toEqual(["openapi"]);
    await app.kernel.enable("moon");
    expect((await documentOf(app)).paths).toContainKey("/moon");
  });

  test("is made anew only when a route has come or gone", async () => {
    let asked = 0;
    const counted = doing("counted", ctx =>
      ctx.add(
        Routes,
        new Elysia().get(
          "/counted",
          () => "",
          about("", {
            answers: z.object({
              x: z.lazy(() => {
                asked++;
                return z.string();
              }),
            }),
          }),
        ),
      ),
    );
    await using app = await testKernel([counted, moon(), openapi]);
    expect(asked).toBe(0);
    const first = await app.get("/openapi.json");
    const before = asked;
    expect(before).toBeGreaterThan(0);
    expect((await app.get("/openapi.json")).headers.get("etag")).toBe(first.headers.get("etag"));
    await app.get("/docs");
    expect(asked).toBe(before);
    await app.kernel.disable("moon");
    expect((await app.get("/openapi.json")).headers.get("etag")).not.toBe(first.headers.get("etag"));
  });

  test.each(["/openapi.json", "/docs"])("%s can be kept: 304 for as long as it holds", async path => {
    await using app = await testKernel([moon(), openapi]);
    const etag = (await app.get(path)).headers.get("etag")!;
    const again = await app.get(path, { headers: { "if-none-match": etag } });
    expect([again.status, again.body]).toEqual([304, ""]);
    await app.kernel.disable("moon");
    expect((await app.get(path, { headers: { "if-none-match": etag } })).status).toBe(200);
  });

  test.each(["/openapi.json", "/docs"])("%s asks for the service key, unless it is open", async path => {
    await using closed = await testKernel([openapi]);
    expect((await closed.get(path, { key: null })).status).toBe(401);
    expect((await closed.get(path)).status).toBe(200);
    await using open = await testKernel([configured(openapi, { open: true })]);
    expect((await open.get(path, { key: null })).status).toBe(200);
  });
});

test("refuses settings that it does not know, by name", () => {
  expect(() => configured(openapi, { opened: true })).toThrow('has no setting "opened". Did you mean "open"?');
});

test("turned off, it leaves nothing behind", () => expectClean(openapi));
