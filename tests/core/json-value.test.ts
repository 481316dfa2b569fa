import { expect, test } from "bun:test";
import { jsonObject, jsonValue } from "hearth";

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
