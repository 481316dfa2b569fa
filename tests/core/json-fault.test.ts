import { expect, test } from "bun:test";
import { jsonFault } from "../../core/json-fault";
import { dice } from "../fixtures/dice";

const PIECES = [
  ...'{}[]:," \\\n\u0001x',
  '"a"',
  '"k":',
  "\\n",
  "\\u12",
  "\\u00e9",
  "1",
  "-",
  "1.",
  "0",
  "01",
  "1e5",
  "tru",
  "true",
  "null",
  '"🌙"',
];

const isJson = (text: string) => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

test("finds a fault in whatever JSON.parse refuses, and none in what it takes", () => {
  const chance = dice(20261121);
  const texts = Array.from({ length: 30_000 }, () =>
    Array.from({ length: 1 + chance.int(8) }, () => chance.pick(PIECES)).join(""),
  );
  expect(texts.filter(text => isJson(text) === (jsonFault(text) !== undefined))).toEqual([]);
  expect(texts.filter(isJson).length).toBeGreaterThan(300);
});

test("what stands before the fault is the beginning of JSON", () => {
  for (const text of ['{"a": [1, {"b": "🌙"}, x', '[true, "é\\u00e9", -1.5e3 2]', '{"a": {"b": }}']) {
    const { at } = jsonFault(text)!;
    const begin = [...text].slice(0, at).join("");
    expect(jsonFault(begin)!.at).toBe([...begin].length); // only its end is missing
  }
});

test("a text that is as deep as it is long is read without end of the stack", () => {
  const depth = 1_000_000;
  expect(jsonFault("[".repeat(depth) + "]".repeat(depth))).toBeUndefined();
  expect(jsonFault(`${'{"a":'.repeat(depth)}x`)).toEqual({ at: 5 * depth, why: "Expecting value" });
});
