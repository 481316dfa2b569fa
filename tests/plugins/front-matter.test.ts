import { describe, expect, test } from "bun:test";
import {
  frontMatter,
  isThought,
  parseFrontMatter,
  splitFrontMatter,
  zonedIso,
  zonedMinute,
} from "hearth-plugins/content";

describe("front matter", () => {
  test("keys and body", () => {
    expect(parseFrontMatter("---\ntitle: A\nmood: [quiet, warm]\n---\n# Body\n")).toEqual({
      data: { title: "A", mood: ["quiet", "warm"] },
      body: "# Body\n",
      raw: "title: A\nmood: [quiet, warm]\n",
    });
  });

  test("a text without it is all body", () => {
    expect(parseFrontMatter("# Body\n---\nx: 1\n---\n")).toEqual({
      data: {},
      body: "# Body\n---\nx: 1\n---\n",
      raw: "",
    });
  });

  test("only the first closing line counts; later rules belong to the body", () => {
    expect(parseFrontMatter("---\na: 1\n---\none\n---\ntwo\n---\n").body).toBe("one\n---\ntwo\n---\n");
  });

  test("dashes that do not stand alone on a line close nothing", () => {
    const { data, body } = parseFrontMatter("---\na: x --- y\nb: |\n  ---\n----: c\n---\nbody");
    expect(data).toEqual({ a: "x --- y", b: "---\n", "----": "c" });
    expect(body).toBe("body");
  });

  test("CRLF, a byte order mark, and a closing fence at the very end", () => {
    expect(parseFrontMatter("\uFEFF---\r\na: 1\r\n---\r\nbody\r\n")).toMatchObject({
      data: { a: 1 },
      body: "body\r\n",
    });
    expect(parseFrontMatter("---\na: 1\n---")).toMatchObject({ data: { a: 1 }, body: "" });
    expect(parseFrontMatter("---\n---\n")).toEqual({ data: {}, body: "", raw: "" });
    expect(parseFrontMatter("\uFEFFplain").body).toBe("plain");
  });

  test("the four parts are the text again", () => {
    for (const text of ["\uFEFF---\r\na: 1\r\n---  \r\nbody\r\n---\r\n", "---\n---", "---\na\n---\n\n\n"])
      expect(Object.values(splitFrontMatter(text)!).join("")).toBe(text);
  });

  const broken: Record<string, [text: string, problem: RegExp]> = {
    "it never closes": ["---\na: 1\nbody", /never closed/],
    "it is a list": ["---\n- a\n---\nb", /not a list of keys/],
    "it is a sentence": ["---\njust words\n---\nb", /not a list of keys/],
    "a quote never closes": ['---\na: "x\n---\nb', /quote/i],
    "a key stands twice": ["---\na: 1\na: 2\n---\nb", /unique/],
    "it is too long": [`---\na: ${"x".repeat(20_000)}\n---\nb`, /longer than/],
    "it has keys in keys without end": [`---\n${"? ".repeat(5000)}\n---\nb`, /more than 64 keys/],
    "it nests too deeply": [`---\n${"[".repeat(16_000)}\n---\nb`, /./],
  };
  for (const [name, [text, problem]] of Object.entries(broken))
    test(`a problem is told, never thrown: ${name}`, () => {
      const read = parseFrontMatter(text);
      expect(read.data).toEqual({});
      expect(read.problem).toMatch(problem);
    });

  test("aliases cannot be multiplied without end", () => {
    const layers = Array.from({ length: 9 }, (_, i) => `a${i}: &a${i} [${Array(10).fill(i ? `*a${i - 1}` : "x")}]\n`);
    expect(parseFrontMatter(`---\n${layers.join("")}---\n`).problem).toMatch(/alias/i);
  });

  test("a key named __proto__ is a key", () => {
    const { data } = parseFrontMatter("---\n__proto__: { admin: true }\n---\n");
    expect((data as { admin?: boolean }).admin).toBeUndefined();
  });

  test("what is written can be read, whatever the texts hold", () => {
    const data = { date: "2026-01-15T09:00:00Z", error: 'he said: "no"\n---\n# yes', turns: 3, id: null };
    expect(parseFrontMatter(`${frontMatter({ ...data, left: undefined })}body`)).toMatchObject({ data, body: "body" });
  });
});

test("a thought is a markdown file right in thoughts/, and not its README", () => {
  expect(
    ["thoughts/a.md", "thoughts/README.md", "thoughts/x/a.md", "dreams/a.md", "thoughts/a.txt"].filter(isThought),
  ).toEqual(["thoughts/a.md"]);
});

test("moments are written in the house's time zone", () => {
  const winter = new Date("2026-01-15T04:30:05Z");
  expect(zonedIso(winter, "America/New_York")).toBe("2026-01-14T23:30:05-05:00");
  expect(zonedIso(winter, "UTC")).toBe("2026-01-15T04:30:05Z");
  expect(zonedIso(winter, "Asia/Kolkata")).toBe("2026-01-15T10:00:05+05:30");
  expect(zonedMinute(winter, "America/New_York")).toBe("2026-01-14 23:30 EST");
  expect(zonedMinute(new Date("2026-07-01T00:00:00Z"), "America/New_York")).toBe("2026-06-30 20:00 EDT");
});
