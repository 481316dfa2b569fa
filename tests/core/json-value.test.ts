import { expect, test } from "bun:test";
import { isRecord, jsonObject, jsonValue, readJson } from "hearth";

test("a text that is JSON is what it says; any other is nothing", () => {
  expect(['{"a":[1]}', "null", "", "{", '"a" b'].map(jsonValue)).toEqual([
    { a: [1] },
    null,
    undefined,
    undefined,
    undefined,
  ]);
});

test("only an object has members", () => {
  expect(['{"a":1}', "{}", "[1]", "null", '"a"', "1", "{"].map(jsonObject)).toEqual([
    { a: 1 },
    {},
    ...Array(5).fill(undefined),
  ]);
});

test("a file that people bring along is told the line of its fault", () => {
  expect(readJson('{"a":[1]}')).toEqual({ a: [1] });
  expect(() => readJson('{\n  "🌿": 1,\n  "b": no\n}')).toThrow("line 3: it is no JSON: Expecting value");
  expect(() => readJson("")).toThrow("line 1: it is no JSON: Expecting value");
});

test("a record is an object, and neither a list nor nothing", () => {
  expect([{}, { a: 1 }, [], null, "a", undefined].map(isRecord)).toEqual([true, true, false, false, false, false]);
});
