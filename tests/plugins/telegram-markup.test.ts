import { describe, expect, test } from "bun:test";
import { toHtml } from "../../plugins/telegram/markup";
import { split } from "../../plugins/telegram/split";
import { dice } from "../fixtures/dice";

describe("splitting", () => {
  test.each([
    ["short", ["short"]],
    ["", []],
    ["\n\n  \n", []],
    [`${"a".repeat(4096)}\nb`, ["a".repeat(4096), "b"]],
    [`\n${"a".repeat(4100)}`, ["a".repeat(4096), "aaaa"]],
    [`${"a".repeat(3000)}\n${"b".repeat(3000)}`, ["a".repeat(3000), "b".repeat(3000)]],
    [`${"a".repeat(3000)} ${"b".repeat(3000)}`, ["a".repeat(3000), "b".repeat(3000)]],
  ])("T19: case %#", (text, parts) => {
    expect(split(text)).toEqual(parts);
  });

  test("T19: a message is counted in UTF-16 units, and no character is cut in two", () => {
    const parts = split(`a${"😀".repeat(5000)}`);
    expect(parts.join("")).toBe(`a${"😀".repeat(5000)}`);
    for (const part of parts) {
      expect(part.length).toBeLessThanOrEqual(4096);
      expect(part.isWellFormed()).toBe(true);
    }
  });

  test("a block of code that is cut is closed, and opened again", () => {
    const lines = Array.from({ length: 400 }, (_, n) => `line ${n} of the program`);
    const parts = split(`Look:\n\`\`\`ts\n${lines.join("\n")}\n\`\`\`\nDone.`);
    expect(parts.length).toBeGreaterThan(1);
    for (const part of parts) {
      expect(part.length).toBeLessThanOrEqual(4096);
      expect(part.match(/```/g)).toHaveLength(2);
    }
    expect([...(parts.join("\n").match(/line \d+ of the program/g) ?? [])]).toEqual(lines);
  });

  test("any text comes to an end, in parts that are not too long, with all its words", () => {
    const { int: below } = dice(19);
    const pieces = ["```ts\n", "```\n", "\n", " ", "word", "x".repeat(5000), "😀", "~~~~\n", "**", "    ", "# "];
    for (let round = 0; round < 300; round++) {
      const text = Array.from({ length: below(12) }, () => pieces[below(pieces.length)]!).join("");
      const parts = split(text);
      for (const part of parts) expect(part.length).toBeLessThanOrEqual(4096);
      const words = (of: string) => of.replace(/[`~]+(ts)?|\s/g, "");
      expect(words(parts.join("\n"))).toBe(words(text));
    }
  });
});

describe("formatting", () => {
  test.each([
    ["plain", "plain"],
    [
      "**bold** and *slanted* and _so_ and __strong__",
      "<b>bold</b> and <i>slanted</i> and <i>so</i> and <b>strong</b>",
    ],
    ["***both***", "<b><i>both</i></b>"],
    ["~~gone~~ `a < b`", "<s>gone</s> <code>a &lt; b</code>"],
    ["a snake_case_name and 2 * 3 * 4", "a snake_case_name and 2 * 3 * 4"],
    ["1 < 2 & 3 > 2", "1 &lt; 2 &amp; 3 &gt; 2"],
    ["[the page](https://a.example/x_(y)?a=1&b=2)", '<a href="https://a.example/x_(y)?a=1&amp;b=2">the page</a>'],
    ["[no](javascript:alert(1))", "[no](javascript:alert(1))"],
    ["# A title", "<b>A title</b>"],
    ["- one\n- **two**\n  * three", "• one\n• <b>two</b>\n  • three"],
    ["> a\n> b\n\nc", "<blockquote>a\nb</blockquote>\n\nc"],
    ["```ts\nif (a < b) *x*;\n```\nend", '<pre><code class="language-ts">if (a &lt; b) *x*;</code></pre>\nend'],
    ["```\nnever closed", "<pre>never closed</pre>"],
    ["\\*not slanted\\*", "*not slanted*"],
    ["**never closed", "**never closed"],
    ["<b>as it is</b>", "&lt;b&gt;as it is&lt;/b&gt;"],
    ["**over\na line**", "<b>over\na line</b>"],
  ])("T18: %p", (markdown, html) => {
    expect(toHtml(markdown)).toBe(html);
  });

  test("T18: whatever comes in, tags are closed in order and the rest is escaped", () => {
    const { int: below } = dice(18);
    const pieces = [
      "*",
      "**",
      "_",
      "__",
      "~~",
      "`",
      "```",
      "\n",
      "\n\n",
      "> ",
      "- ",
      "# ",
      "[",
      "](https://a.b)",
      "<",
      "&",
      '"',
      "word",
      " ",
      "\\",
    ];
    for (let round = 0; round < 3000; round++) {
      const text = Array.from({ length: below(24) }, () => pieces[below(pieces.length)]!).join("");
      const open: string[] = [];
      const rest = toHtml(text).replace(
        /<(\/?)(b|i|s|code|pre|a|blockquote)(?: (?:href|class)="[^"<>]*")?>/g,
        (_, end, tag) => {
          if (!end) open.push(tag);
          else expect(open.pop()).toBe(tag);
          return "";
        },
      );
      expect(open).toEqual([]);
      expect(rest).not.toMatch(/[<>]|&(?!(amp|lt|gt|quot);)/);
    }
  });

  test("a text that is made to be slow is not", () => {
    for (const piece of ["*", "**", "_a", "[", "`", "~~", "*a ", "[a](", "**a"])
      expect(toHtml(piece.repeat(4096 / piece.length)).length).toBeGreaterThan(0);
  });
});
