import { expect, test } from "bun:test";
import { didYouMean } from "hearth";

test("a near word is suggested", () => {
  expect(didYouMean("serch", ["content", "search"])).toBe(' Did you mean "search"?');
});

test("nothing is suggested when nothing comes near", () => {
  expect(didYouMean("telegram", ["content", "search"])).toBe("");
});

test("nothing is suggested when nothing is known", () => {
  expect(didYouMean("search", [])).toBe("");
});

test("a long word may be further away than a short one", () => {
  expect(didYouMean("hook-converzasion", ["hook-conversation"])).toBe(' Did you mean "hook-conversation"?');
  expect(didYouMean("git", ["xyz"])).toBe("");
});
