import { describe, expect, test } from "bun:test";
import { type AnyElysia, Elysia } from "elysia";
import { about, Routes } from "hearth";
import { configured, type TestKernel, testKernel } from "hearth/testing";
import { z } from "zod";
import openapi from "../../plugins/openapi/plugin";
import { small } from "../fixtures/small-plugin";

const EVIL = `"'><script>alert(1)</script>{{this}}`;

/** A kernel with the plugin, and "moon" with these routes. */
const serving = (routes: AnyElysia, summary = "The moon"): Promise<TestKernel> =>
  testKernel([small("moon", { summary, setup: ctx => ctx.add(Routes, routes) }), configured(openapi, { open: true })]);

async function pageOf(routes: AnyElysia, summary?: string) {
  await using app = await serving(routes, summary);
  const { headers, body } = await app.get("/docs");
  return { headers, html: body as string };
}

/** The text of each element that a selector finds, as a browser would read it. */
async function texts(html: string, selector: string): Promise<string[]> {
  const found: string[][] = [];
  await new HTMLRewriter()
    .on(selector, {
      element: () => void found.push([]),
      text: ({ text }) => void found.at(-1)!.push(text),
    })
    .transform(new Response(html))
    .text();
  return found.map(pieces =>
    pieces
      .join("")
      .replace(/&(lt|gt|amp|quot|#x27|#x3D|#x60);/g, (_, name: string) => decoded[name] ?? "")
      .trim(),
  );
}
const decoded: Record<string, string> = {
  lt: "<",
  gt: ">",
  amp: "&",
  quot: '"',
  "#x27": "'",
  "#x3D": "=",
  "#x60": "`",
};

describe("the page", () => {
  const routes = () =>
    new Elysia().post("/moon/:city", () => "", {
      params: z.object({ city: z.string().describe("Where it is seen from") }),
      query: z.object({ nights: z.coerce.number().default(1) }),
      body: z.object({ phase: z.enum(["new", "full"]) }),
      ...about("Set the moon", {
        answers: z.object({ ok: z.boolean().describe("Whether it moved") }),
        errors: { 409: "It is stuck" },
      }),
    });

  test("shows each operation with its parameters, its body and its answers", async () => {
    const { html } = await pageOf(routes());
    expect(await texts(html, "section#moon h2")).toEqual(["moon"]);
    expect(await texts(html, "#postMoonByCity summary .method, #postMoonByCity summary .path")).toEqual([
      "POST",
      "/moon/{city}",
    ]);
    expect(await texts(html, "#postMoonByCity summary .says, #postMoonByCity summary .access")).toEqual([
      "Set the moon",
      "service key",
    ]);
    expect(await texts(html, "#postMoonByCity th")).toEqual(["city", "nights"]);
    expect(await texts(html, "#postMoonByCity td")).toContainValues([
      "path, required",
      "Where it is seen from",
      "1 when left out",
    ]);
    expect(await texts(html, "#postMoonByCity pre")).toContainValues([
      '{\n  phase: "new" | "full";\n}',
      "{\n  /** Whether it moved */\n  ok: boolean;\n}",
    ]);
    expect(await texts(html, "#postMoonByCity dt b")).toEqual(["200", "400", "401", "409", "413", "422", "507"]);
  });

  test("shows the shapes that have a name", async () => {
    const { html } = await pageOf(routes());
    expect(await texts(html, "section#schemas summary")).toContainValues(["Detail", "Invalid"]);
    expect(await texts(html, "nav a")).toContain("moon 1");
  });

  test("escapes whatever a plugin says", async () => {
    const evil = new Elysia().post("/moon", () => "", {
      body: z.object({ [EVIL]: z.string().describe(EVIL), kind: z.literal(EVIL) }),
      query: z.object({ [EVIL]: z.string().default(EVIL).describe(EVIL) }),
      ...about(EVIL, { answers: z.object({ a: z.literal(EVIL) }).meta({ id: "Evil" }), errors: { 409: EVIL } }),
    });
    const { html } = await pageOf(evil, EVIL);
    expect(html).not.toContain("<script");
    expect(html).not.toContain("onerror=");
    expect(await texts(html, "#postMoon .says")).toEqual([EVIL]);
    expect(await texts(html, "section#moon .about")).toEqual([EVIL]);
    expect(await texts(html, "#postMoon th")).toEqual([EVIL]);
  });

  test("loads nothing and runs nothing: its own style is all that it may have", async () => {
    const { headers, html } = await pageOf(routes());
    const [style] = /(?<=<style>).*(?=<\/style>)/s.exec(html)!;
    const hash = new Bun.CryptoHasher("sha256").update(style).digest("base64");
    expect(headers.get("content-security-policy")).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    expect(html).not.toMatch(/<(script|link|img|iframe|object|embed)\b|\ssrc=|\sstyle=|\son\w+=|https?:\/\/(?!127)/i);
    expect(headers.get("content-type")).toBe("text/html;charset=utf-8");
  });

  test("keeps what it may load when it is answered from what the browser keeps", async () => {
    await using app = await serving(routes());
    const first = await app.get("/docs");
    const again = await app.get("/docs", { headers: { "if-none-match": first.headers.get("etag")! } });
    expect(again.status).toBe(304);
    expect(again.headers.get("content-security-policy")).toBe(first.headers.get("content-security-policy"));
  });
});

describe("the line to try an operation with", () => {
  /** What the shell gives to curl. */
  async function words(routes: AnyElysia): Promise<string[]> {
    const { html } = await pageOf(routes);
    const [line] = await texts(html, "section#moon pre.shell");
    const shell = `curl() { printf '%s\\n' "$@"; }; HEARTH=http://h; KEY=k; TOKEN=t; ${line}`;
    return Bun.spawnSync(["bash", "-c", shell]).stdout.toString().trimEnd().split("\n");
  }

  test("carries the key, fills in the path and what the query must have", async () => {
    const query = z.object({ q: z.string(), limit: z.coerce.number().default(1) });
    expect(await words(new Elysia().get("/moon/:city", () => "", { query, ...about("") }))).toEqual([
      "-H",
      "X-API-Key: k",
      "http://h/api/v1/moon/CITY?q=%E2%80%A6",
    ]);
  });

  test("has a body with what it must have; whatever stands in it, the shell runs nothing of it", async () => {
    const body = z.object({
      text: z.literal('it\'s $(id) `id` "!"'),
      when: z.string().optional(),
      list: z.array(z.int()),
    });
    expect(await words(new Elysia().post("/moon", () => "", { body, ...about("") }))).toEqual([
      "-H",
      "X-API-Key: k",
      "--json",
      JSON.stringify({ text: 'it\'s $(id) `id` "!"', list: [1] }),
      "http://h/api/v1/moon",
    ]);
  });

  test("names the method where curl would take another, shows streams as they come, and sends a file as a part", async () => {
    const open = { access: "public" } as const;
    expect(await words(new Elysia().delete("/moon", () => "", about("", open)))).toEqual([
      "-X",
      "DELETE",
      "http://h/api/v1/moon",
    ]);
    expect(
      await words(new Elysia().get("/moon", () => "", about("", { ...open, answers: "text/event-stream" }))),
    ).toEqual(["-N", "http://h/api/v1/moon"]);
    const body = z.object({ image: z.file() });
    expect(await words(new Elysia().post("/moon", () => "", { body, ...about("", open) }))).toEqual([
      "-F",
      "image=@FILE",
      "http://h/api/v1/moon",
    ]);
  });
});
