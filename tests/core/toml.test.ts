import { expect, test } from "bun:test";
import { readToml, TomlError } from "../../core/toml";

/** The first error of a text, as "line:column message". */
function errorIn(text: string): string {
  try {
    readToml(text);
  } catch (error) {
    if (error instanceof TomlError) return `${error.place.line}:${error.place.column} ${error.message}`;
    throw error;
  }
  throw new Error("it was read without an error");
}

const place = (text: string, ...path: PropertyKey[]) => {
  const { line, column } = readToml(text).place(path);
  return `${line}:${column}`;
};

test("values are read", () => {
  const { value } = readToml('home = "./x"\n[http]\nport = 1\n[plugins.moon]\ncities = ["Oslo", "Rome"]\n');
  expect(value).toEqual({ home: "./x", http: { port: 1 }, plugins: { moon: { cities: ["Oslo", "Rome"] } } });
});

test("a key at the top has its place", () => {
  expect(place('a = 1\n  home = "x"\n', "home")).toBe("2:3");
});

test("a key in a table has its place, and so has the table", () => {
  const text = "[http]\n\nport = 1\n";
  expect(place(text, "http", "port")).toBe("3:1");
  expect(place(text, "http")).toBe("1:1");
});

test("a dotted key has the place of its line", () => {
  expect(place("a = 1\nhttp.port = 3\n", "http", "port")).toBe("2:1");
});

test("a quoted key is found by its bare name", () => {
  expect(place('[plugins."hook-git"]\nremote = 1\n', "plugins", "hook-git", "remote")).toBe("2:1");
});

test("a key in an inline table has its place", () => {
  expect(place("http = { host = 'x', port = 1 }\n", "http", "port")).toBe("1:22");
});

test("a key in a table in an array has its place", () => {
  expect(place("jobs = [\n  { at = 1 },\n  { at = 2 },\n]\n", "jobs", 1, "at")).toBe("3:5");
});

test("a key in an array of tables has its place", () => {
  expect(place("[[jobs]]\nat = 1\n[[jobs]]\nat = 2\n", "jobs", 1, "at")).toBe("4:1");
});

test("a key that is not there has the place of the nearest table around it", () => {
  expect(place("x = 1\n[plugins.moon]\ncity = 1\n", "plugins", "moon", "town", "street")).toBe("2:1");
  expect(place("x = 1\n", "nothing", "like", "it")).toBe("1:1");
});

test("a key that stands twice is refused with its line", () => {
  expect(errorIn("a = 1\nb = 2\na = 3\n")).toMatch(/^3:1 /);
});

test("a table that stands twice is refused with its line", () => {
  expect(errorIn("[plugins.moon]\nx = 1\n[other]\n[plugins.moon]\ny = 2\n")).toMatch(/^4:\d+ /);
});

test("a doubled key in an inline table is refused", () => {
  expect(errorIn("http = { port = 1, port = 2 }\n")).toMatch(/^1:\d+ /);
});

test("an array that is not closed is refused with its line", () => {
  expect(errorIn("a = 1\nb = [1,\nc = 2\n")).toMatch(/^3:\d+ /);
});

test("a value without quotes is refused with its line", () => {
  expect(errorIn("a = 1\n\nhome = nowhere\n")).toMatch(/^3:\d+ /);
});

test("an empty file is an empty table", () => {
  expect(readToml("").value).toEqual({});
});

test("a key that would reach into every object of the program is refused with its line", () => {
  expect(errorIn("a = 1\n[plugins.__proto__]\ny = 1\n")).toBe('2:1 "__proto__" cannot be a key');
  expect(errorIn("x = { __proto__ = { y = 1 } }\n")).toBe('1:7 "__proto__" cannot be a key');
  expect(({} as Record<string, unknown>)["y"]).toBeUndefined();
});

test("any other name of an object's own parts is only a key", () => {
  expect(readToml("[plugins.constructor]\nx = 1\n").value).toEqual({ plugins: { constructor: { x: 1 } } } as never);
});
