import { describe, expect, test } from "bun:test";
import { excerptOf } from "../../plugins/search/excerpt";
import { MARK, markedHtml, UNMARK } from "../../plugins/search/marks";
import { matchOf, termsOf } from "../../plugins/search/match";
import { plainText } from "../../plugins/search/plain-text";
import { RecentAnswers } from "../../plugins/search/recent-answers";
import { wordsOf } from "../../plugins/search/words";

describe("a markdown text as its reader sees it", () => {
  test.each([
    ["# Heading ##", "Heading"],
    ["###### Six *marks*", "Six marks"],
    ["#tag is no heading", "#tag is no heading"],
    ["Title\n=====\ntext", "Title\n\ntext"],
    ["> > a **quote**", "a quote"],
    ["- one\n* two\n+ three\n1. four\n2) five\n- [x] done", "one\ntwo\nthree\nfour\nfive\ndone"],
    ["**bold *lean* text** and ***both***", "bold lean text and both"],
    ["__bold__ _lean_ ~~gone~~", "bold lean gone"],
    ["snake_case_name, a_b c_d, __init__.py", "snake_case_name, a_b c_d, init.py"],
    ["2 * 3 * 4 and a * b", "2 * 3 * 4 and a * b"],
    ["[text](http://x.y/a_(b) 'title') ![alt](i.png) [![in](i)](l)", "text alt in"],
    ["[a `code()` link](u) and [ref][1]", "a code() link and ref"],
    ["array[0](1) and [not a link]", "array0 and [not a link]"],
    ["<https://x.y/a_b_c> <b>fat</b>ter one<br/>two", "https://x.y/a_b_c fatter one two"],
    ["1 < 2 > 1, a<b, <3", "1 < 2 > 1, a<b, <3"],
    ["before <!-- hidden\nfor all --> after <!-- never ends", "before  after <!-- never ends"],
    ["&lt;b&gt; &amp; &quot;x&quot; &copy;", '<b> & "x" &copy;'],
    ["\\*kept\\* \\_so\\_ \\\\", "*kept* _so_ \\"],
    ["`__init__` ``a`b`` and lone ` tick", "__init__ a`b and lone ` tick"],
    ["| a | b |\n|---|:-:|\n| 1 | 2 |", "| a | b |\n\n| 1 | 2 |"],
    ["a\n\n\n\n\nb\n\n---\n\n* * *\nc", "a\n\nb\n\nc"],
    ["\u{E000}mark\u{E001}s\0 \u{E000}0\u{E001}", "marks 0"],
    ["", ""],
  ])("%j", (markdown, plain) => expect(plainText(markdown)).toBe(plain));

  test("lines may end as on Windows", () => {
    const text = "# Title\n\n```js\nlet *a* = 1;\n```\n\n---\n| a |\n|---|\nend ##\n";
    for (const end of ["\r\n", "\r"]) expect(plainText(text.replaceAll("\n", end))).toBe(plainText(text));
    expect(plainText(text)).toBe("Title\n\nlet *a* = 1;\n\n| a |\n\nend ##");
  });

  test("W-45: what is in a fence stays as it is written, without the fence", () => {
    const code = "const a_b = **x**; // [y](z) <b>\n~~~\n# no heading\n- no list\n```short";
    expect(plainText(`before\n\n\`\`\`\`ts\n${code}\n\`\`\`\`\nafter **it**`)).toBe(`before\n\n${code}\nafter it`);
    expect(plainText("~~~\n```\n**x**\n~~~\n**y**")).toBe("```\n**x**\ny");
    expect(plainText("```\nnever **closed**")).toBe("never **closed**");
  });
  test("whatever the text, it has an end, and no word is lost that markdown does not hide", () => {
    const parts = [
      ..."*_`~[]()<>!#>-+|\\&\n \t\"'{}:;=1aé🦊",
      "**",
      "```",
      "~~~",
      "<!--",
      "-->",
      "](",
      "word",
      "<b ",
      "\ud800",
    ];
    let seed = 3;
    const random = (below: number) => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31;
      return Math.floor((seed / 2 ** 31) * below);
    };
    for (let n = 0; n < 3000; n++) {
      const text = Array.from({ length: random(60) }, () => parts[random(parts.length)]).join("");
      const plain = plainText(`${text}\n\nkeptword`);
      expect(plain.isWellFormed()).toBe(true);
      if (!/[<[]/.test(text)) expect(plain).toContain("keptword");
    }
  });
  test.each([
    "[",
    "![a](",
    "*",
    "* a ",
    "_",
    "_a _",
    "`",
    "``` ",
    "` `` ",
    "<a ",
    "<!--",
    "~~",
    '[a](u "',
    "[a](u  ",
    "[x](a(b)",
    "[x](a(b) ",
    "> ",
    "- ",
    "[a][",
    "\\",
    "&amp",
    "#",
    " #",
    " ",
    "\n",
    "\n> ",
    "1. ",
    "**a",
    "a_",
    "<b",
    "|-",
    "](",
  ])("300,000 times %j takes no more than a moment", sign => {
    // A repetition that goes back and forth would take hours: then the test runs into its limit.
    expect(plainText(sign.repeat(300_000)).length).toBeLessThanOrEqual(sign.length * 300_000);
  });
});

describe("a query", () => {
  test("is its words, each once, the last at the end", () => {
    expect(termsOf("  the quick-brown, the (fox) ")).toEqual(["the", "quick", "brown,", "fox"]);
    expect(termsOf("fox the fox")).toEqual(["the", "fox"]);
    expect(termsOf("a\0b ! … 🦊")).toEqual(["a", "b"]);
    expect(termsOf('"*(){}[]^~:-')).toEqual([]);
  });
  test("quotes each word, and takes the last for a beginning", () => {
    expect(matchOf(["AND"], [])).toBe('"AND"*');
    expect(matchOf(["don't", "sto"], [])).toBe(`"don't" "sto"*`);
    expect(matchOf(["runnin"], ["running"])).toBe('("runnin"* OR "running")');
    expect(matchOf(["a", "b", "runnin"], ["running"])).toBe('("a" "b") AND ("runnin"* OR "running")');
    expect(matchOf(['a"b'], [])).toBe('"a""b"*');
  });
});

describe("the excerpt of a long text", () => {
  const many = (word: string, count: number) => Array.from({ length: count }, (_, n) => `${word}${n}`).join(" ");
  const hit = `${MARK}lamp${UNMARK}`;

  test("is the words around its first hit, cut on both sides", () => {
    const text = excerptOf(`${many("a", 5000)} ${hit} ${many("b", 5000)} ${hit}`, 32);
    expect(text).toBe(`...${many("a", 5000).split(" ").slice(-8).join(" ")} ${hit} ${many("b", 23)}...`);
  });

  test("begins with the text when the hit is near, and ends every mark", () => {
    expect(excerptOf(`${hit} b`, 32)).toBe(`${hit} b`);
    expect(excerptOf(`a ${MARK}${"x".repeat(9000)}`, 4)).toEndWith(UNMARK);
    expect(excerptOf(many("a", 3), 2)).toBe("a0 a1...");
  });

  test("of 50,000 hits is one of some words", () => {
    expect(excerptOf(`${hit} `.repeat(50_000), 32).split(" ")).toHaveLength(32);
  });
});

test("marked text as HTML: marks are tags, everything else is escaped", () => {
  expect(markedHtml(`<mark>\u{E000}&\u{E001}"'</mark>`)).toBe("&lt;mark&gt;<mark>&amp;</mark>&quot;&#39;&lt;/mark&gt;");
});

test("words worth suggesting: without accents, in small letters, neither short nor numbers nor endless", () => {
  const words = wordsOf(`Café CAFE cafe\u0301s it 2026 1st ${"x".repeat(41)} snake_case 東京都`);
  expect([...words]).toEqual([
    ["cafe", "café"],
    ["cafes", "cafe\u0301s"],
    ["snake", "snake"],
    ["case", "case"],
    ["東京都", "東京都"],
  ]);
});

describe("recent answers", () => {
  const answers = new RecentAnswers<number>(2);
  let asked = 0;
  const find = async () => ++asked;
  test("one question is asked once, until something changes", async () => {
    expect(await Promise.all([answers.get("a", find), answers.get("a", find)])).toEqual([1, 1]);
    answers.clear();
    expect(await answers.get("a", find)).toBe(2);
  });
  test("no more are kept than there is room for, the latest used", async () => {
    await answers.get("b", find);
    await answers.get("a", find);
    await answers.get("c", find);
    const before = asked;
    await answers.get("a", find);
    expect(asked).toBe(before);
    await answers.get("b", find);
    expect(asked).toBe(before + 1);
  });
  test("one that failed is asked again", async () => {
    await expect(answers.get("f", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await answers.get("f", async () => 7)).toBe(7);
  });
});
