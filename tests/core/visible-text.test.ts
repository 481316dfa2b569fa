import { expect, test } from "bun:test";
import { onOneLine, visibleText } from "hearth";

test("a stranger's text hides nothing from an eye or a terminal", () => {
  expect(visibleText("red \u001b[31m\u202ebackwards\u200b 👩‍🌾\nnext\tone")).toBe(
    "red <U+001B>[31m<U+202E>backwards<U+200B> 👩‍🌾\nnext\tone",
  );
});

test("on one line there are no line ends, and nothing that nobody sees", () => {
  expect(onOneLine("  a\r\n\tb\u2028c\u0000\u200bd  ")).toBe("a b c d");
});
