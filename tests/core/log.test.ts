import { expect, test } from "bun:test";
import { accessLog, prettyAccessLog, type Visit } from "../../core/access-log";
import { LineBuffer } from "../../core/line-buffer";
import { asJson, asPretty, atLeast, type LogLine, levels, logger } from "../../core/log";
import { until } from "../fixtures/until";

const line = (fields: object = {}): LogLine => ({
  time: "2026-11-21T12:34:56.789Z",
  level: "info",
  plugin: "moon",
  message: "rises",
  ...fields,
});

test("a line has the time, the level, the plugin, the message and the fields", () => {
  const lines: LogLine[] = [];
  logger("moon", one => lines.push(one)).warn("sets", { city: "Oslo" });
  expect(lines).toEqual([
    {
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      level: "warn",
      plugin: "moon",
      message: "sets",
      city: "Oslo",
    },
  ]);
});

test("every level has its method", () => {
  const seen: string[] = [];
  const log = logger("moon", one => seen.push(one.level));
  for (const level of levels) log[level]("x");
  expect(seen).toEqual(["debug", "info", "warn", "error"]);
});

test("no field takes the place of who says it, and when", () => {
  const lines: LogLine[] = [];
  const log = logger("moon", one => lines.push(one));
  log.info("rises", { plugin: "sun", level: "error", time: "never", message: "sets", city: "Oslo" });
  expect(lines[0]).toMatchObject({ plugin: "moon", level: "info", message: "rises", city: "Oslo" });
  expect(lines[0]?.time).not.toBe("never");
});

test("as JSON it is one line that a program reads", () => {
  const text = asJson(line({ text: "two\nlines", error: new Error("dark"), deep: { list: [1, "ü"] } }));
  expect(text).not.toContain("\n");
  expect(JSON.parse(text)).toEqual({
    ...line(),
    text: "two\nlines",
    error: "dark",
    deep: { list: [1, "ü"] },
  });
});

test("what cannot be JSON is no reason to throw at the one who logs", () => {
  const round: Record<string, unknown> = {};
  round["self"] = round;
  for (const show of [asJson, asPretty]) {
    expect(show(line({ round }))).toContain("rises");
    expect(show(line({ big: 12n }))).toContain("rises");
  }
});

test("as text it is one line that a person reads", () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours
  const plain = asPretty(line({ city: "Oslo", ms: 3, deep: { a: 1 } })).replace(/\x1b\[\d+m/g, "");
  expect(plain).toBe('12:34:56 moon               rises  city=Oslo  ms=3  deep={"a":1}');
});

test("lines under the least level are left out", () => {
  const seen: string[] = [];
  const log = logger(
    "moon",
    atLeast("warn", one => seen.push(one.level)),
  );
  for (const level of levels) log[level]("x");
  expect(seen).toEqual(["warn", "error"]);
});

test("lines are gathered, and come out whole and in order", async () => {
  const out: string[] = [];
  const lines = new LineBuffer(bytes => out.push(new TextDecoder().decode(bytes)));
  lines.write("one");
  lines.write("two");
  expect(out).toEqual([]);
  await until(() => out.length > 0);
  expect(out).toEqual(["one\ntwo\n"]);
  lines.write("three");
  lines.flush();
  lines.flush();
  expect(out).toEqual(["one\ntwo\n", "three\n"]);
});

test("a line that is larger than the buffer, and lines that fill it, come out whole", () => {
  const out: string[] = [];
  const lines = new LineBuffer(bytes => out.push(new TextDecoder().decode(bytes)));
  const long = "ä".repeat(200_000);
  lines.write("before");
  lines.write(long);
  for (let n = 0; n < 5000; n++) lines.write(`${n} ${"é".repeat(50)}`);
  lines.flush();
  const read = out.join("").trimEnd().split("\n");
  expect([read.length, read[0], read[1] === long, read[5001]]).toEqual([
    5002,
    "before",
    true,
    `4999 ${"é".repeat(50)}`,
  ]);
});

const visit = { method: "GET", path: "/api/v1/moon", status: 200, ms: 1.249, id: "r", count: 1, fixed: true };

/** What a request log writes of a request. */
function written(change: Partial<Visit>, log = accessLog): string {
  const out: string[] = [];
  const lines = new LineBuffer(bytes => out.push(new TextDecoder().decode(bytes)));
  log(lines, text => text.replace("swordfish", "[REDACTED]"))({ ...visit, ...change });
  lines.flush();
  return out.join("");
}

test("a line of the request log is JSON with the fields that tools read", () => {
  expect(JSON.parse(written({}))).toEqual({
    time: expect.stringMatching(/Z$/),
    level: "info",
    plugin: "http",
    message: "request",
    method: "GET",
    path: "/api/v1/moon",
    status: 200,
    ms: 1.25,
    request: "r-1",
  });
});

test("numbers and ids of every size come out as they are", () => {
  const given = [
    { ms: 0, count: 0 },
    { ms: 0.004, count: 9 },
    { ms: 0.999, count: 10 },
    { ms: 12345.678, count: 1234567890 },
    { ms: 99.99, count: undefined },
  ];
  const read = given.map(one => JSON.parse(written(one))).map(({ ms, request }) => ({ ms, request }));
  expect(read).toEqual([
    { ms: 0, request: "r-0" },
    { ms: 0, request: "r-9" },
    { ms: 1, request: "r-10" },
    { ms: 12345.68, request: "r-1234567890" },
    { ms: 99.99, request: "r" },
  ]);
});

test("a caller's path in the request log is quoted, and secrets in it are taken out", () => {
  const change = { path: '/api/v1/"swordfish\n✨', fixed: false };
  expect(JSON.parse(written(change)).path).toBe('/api/v1/"[REDACTED]\n✨');
  expect(written(change, prettyAccessLog)).not.toContain("swordfish");
});

test.each(["x", "\u{1}", "\u{20AC}"])(
  "a path of endless %j in the request log is cut, and stays one line of JSON",
  letter => {
    const lines = `${written({ path: letter.repeat(300_000), fixed: false })}${written({})}`.split("\n");
    expect(lines).toHaveLength(3);
    expect(JSON.parse(lines[0]!)).toMatchObject({ path: letter.repeat(10_000), request: "r-1" });
  },
);
