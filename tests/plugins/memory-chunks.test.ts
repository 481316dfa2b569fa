import { beforeAll, describe, expect, test } from "bun:test";
import type { MemorySource, Tokenizer } from "hearth-plugins/memory";
import { openTokenizer } from "../../plugins/embedder-use-lite/embedder";
import { installedFolder } from "../../plugins/embedder-use-lite/model-folder";
import { Days } from "../../plugins/memory/reading/day-of";
import { draftsOf } from "../../plugins/memory/reading/drafts";
import { homeSources } from "../../plugins/memory/reading/home-sources";
import { Measure } from "../../plugins/memory/reading/measure";
import { type Dice, dice } from "../fixtures/dice";
import { wordCounter } from "../fixtures/memory-keeper";

const WINDOW = 128;
const source = (id: string): MemorySource => homeSources.find(source => source.id === id)!;

function read(
  text: string | Uint8Array,
  { path = "thoughts/a.md", id = "thought", tokenizer = wordCounter as Tokenizer | undefined, window = WINDOW } = {},
) {
  const file = { path, source: source(id), real: path, size: 0, mtime: 0 };
  const making = { measure: new Measure(tokenizer, window), days: new Days("America/New_York"), agentNames: ["wren"] };
  return draftsOf(typeof text === "string" ? Buffer.from(text) : text, file, making);
}
const texts = (text: string, more = {}) => read(text, more).drafts.map(({ text }) => text);
const words = (count: number, word = "word") => Array.from({ length: count }, (_, n) => `${word}${n}`).join(" ");
const sentence = (count: number, word: string) => `${words(count, word)}.`.replace(/^./, first => first.toUpperCase());

describe("structure", () => {
  test("sections that fit are passages, with their headings in them", () => {
    const found = read(`# Diary\n\n## Garden\n\n${words(60, "leaf")}\n\n## Sea\n\n${words(60, "wave")}\n`).drafts;
    expect(found.map(({ text }) => text.split("\n")[0])).toEqual(["# Diary", "## Sea"]);
    expect(found.map(({ line, lastLine }) => [line, lastLine])).toEqual([
      [1, 5],
      [7, 9],
    ]);
  });
  test("what stands above a passage and is not in it goes along as its heading", () => {
    const long = [words(70, "one"), words(70, "two")].join("\n\n");
    const found = read(`---\ntitle: Diary\n---\n# North\n\n## Garden\n\n${long}\n`).drafts;
    expect(found.map(({ heading }) => heading)).toEqual(["Diary", "Diary / North / Garden"]);
    expect(found[1]!.text).toStartWith("two0");
  });
  test("a rule parts passages and is in none", () => {
    expect(texts(`${words(60, "one")}\n\n---\n\n${words(60, "two")}\n`)).toEqual([words(60, "one"), words(60, "two")]);
  });
  test("M2: ordinary paragraphs are split, blank line by blank line", () => {
    const paragraphs = ["one", "two", "three", "four"].map(word => words(70, word));
    expect(texts(paragraphs.join("\n\n"))).toEqual(paragraphs);
  });
  test("M1: a paragraph that is too long for the window is split at its sentences, and nothing of it is lost", () => {
    const sentences = ["one", "two", "three", "four", "five"].map(word => sentence(50, word));
    const found = texts(sentences.join(" "));
    expect(found.length).toBeGreaterThan(2);
    expect(found.join(" ")).toBe(sentences.join(" "));
    for (const text of found) {
      expect(text).toEndWith(".");
      expect(wordCounter.count(text)).toBeLessThanOrEqual(WINDOW);
    }
  });
  test("a line end within a sentence is no place to cut", () => {
    const wrapped = ["one", "two", "three", "four", "five"].map(word => sentence(60, word).replace("39 ", "39\n"));
    for (const text of texts(wrapped.join("\n"))) expect(text).toEndWith(".");
  });
  test("a sentence that is too long is split at its words, and a word at its bits", () => {
    expect(texts(words(500)).join(" ")).toBe(words(500));
    const word = "abcdefgh".repeat(500);
    expect(texts(word).join("")).toBe(word);
  });
  test("a list and code that fit are not torn", () => {
    const list = Array.from({ length: 20 }, (_, n) => `- item ${n} of it`).join("\n");
    const code = `\`\`\`ts\n${Array.from({ length: 20 }, (_, n) => `  let a${n} = ${n};\n`).join("\n")}\`\`\``;
    const found = texts(`${words(60)}\n\n${list}\n\n${code}\n`);
    expect(found.some(text => text.includes(list))).toBe(true);
    expect(found.some(text => text.includes(code))).toBe(true);
  });
  test("a list that does not fit is split between items, and code between lines", () => {
    const items = Array.from({ length: 40 }, (_, n) => `- item ${n}\n  and more of it`);
    for (const text of texts(items.join("\n"))) expect(text).toStartWith("- item");
    const lines = Array.from({ length: 100 }, (_, n) => `line(${n}); // here`);
    for (const text of texts(`\`\`\`\n${lines.join("\n")}\n\`\`\``))
      expect(text).toMatch(/(^|\n)(line\(\d+\); \/\/ here|```)$/);
  });
  test("a heading in code is none", () => {
    const code = `\`\`\`sh\n# not a heading\necho ${words(40)}\n\`\`\``;
    expect(texts(`## Real\n\n${code}`)).toEqual([`## Real\n\n${code}`]);
  });
  test("crumbs join what stands beside them", () => {
    const diary = Array.from({ length: 12 }, (_, n) => `## Day ${n}\n\n${words(8)}`).join("\n\n");
    const sizes = texts(diary).map(text => wordCounter.count(text));
    expect(sizes.length).toBeLessThan(4);
    expect(texts(`${words(90)}\n\n---\n\n*Wren*`)).toHaveLength(1);
  });
  test("a heading with nothing below it is kept when nothing else has it", () => {
    expect(texts("# Call the harbour")).toEqual(["# Call the harbour"]);
    const [first] = texts(`# Alone\n\n${words(120)}`);
    expect(first).toContain("word0");
  });
  test("nothing is made of nothing", () => {
    for (const text of ["", "\n \n\t\n", "---\ntitle: Empty\n---\n", "\n\n---\n\n***\n", "\ufeff"])
      expect(texts(text)).toEqual([]);
  });
});

describe("front matter", () => {
  test("M6: it ends at a line of its own, not at any three dashes", () => {
    const { drafts, notes } = read("---\nmood: grey ---\ntitle: a --- b\ndate: 2026-02-03\n---\nIt rains.\n");
    expect(drafts).toMatchObject([{ title: "a --- b", date: "2026-02-03", text: "It rains.", line: 6, lastLine: 6 }]);
    expect(notes).toEqual([]);
  });
  test("M6: lists, long texts and quotes in it are YAML", () => {
    const { drafts } = read(
      '---\ntags:\n  - a\n  - b\ntitle: >\n  Rain\n  again\ndate: "2026-02-03T10:00:00"\n---\nIt rains.\n',
    );
    expect(drafts).toMatchObject([{ title: "Rain again", date: "2026-02-03", text: "It rains." }]);
  });
  test("M5: blank lines at the end shift no line", () => {
    expect(read("---\ntitle: Rain\n---\nIt rains.\n\n\n\n\n").drafts).toMatchObject([{ line: 4, lastLine: 4 }]);
  });
  test("of broken YAML the simple lines are read, and it is noted", () => {
    const { drafts, notes } = read("---\ntitle: Rain: again\ndate: 2026-02-03\nmood: [\n---\nIt rains.");
    expect(drafts).toMatchObject([{ title: "Rain: again", date: "2026-02-03", text: "It rains." }]);
    expect(notes).toEqual(["its front matter is no sound YAML"]);
  });
  test.each([
    ["a rule at the top", "---\nIt rains.\n---\nAnd again.", "It rains.\n---\nAnd again."],
    ["never closed", "---\ntitle: Rain\nIt rains.", "title: Rain\nIt rains."],
  ])("%s is text", (_, text, found) => {
    expect(texts(text)).toEqual([found]);
  });
  test.each([
    [
      "bombs of aliases",
      `a: &a [1]\n${Array.from({ length: 30 }, (_, n) => `b${n}: &b${n} [${n ? `*b${n - 1},*b${n - 1}` : "*a"}]`).join("\n")}`,
    ],
    ["15,000 brackets", `deep: ${"[".repeat(15_000)}`],
    ["questions", "? ".repeat(5000)],
    ["1 MB", `more: ${"x".repeat(1024 * 1024)}`],
  ])("%s in it cost the page nothing but its facts", (_, yaml) => {
    expect(texts(`---\ntitle: Rain\n${yaml}\n---\nIt rains.`)).toEqual(["It rains."]);
  });
  test("title and date fall back to the first heading, and to the file's name", () => {
    expect(read("# Rain\n\nIt rains.", { path: "thoughts/2026-02-03-night.md" }).drafts).toMatchObject([
      { title: "Rain", date: "2026-02-03" },
    ]);
    expect(read("It rains.", { path: "thoughts/2026-02-03-night.md" }).drafts).toMatchObject([
      { title: "2026-02-03-night", heading: "" },
    ]);
    expect(read("It rains.", { path: "thoughts/2026-02-30.md" }).drafts).toMatchObject([{ date: null }]);
  });
  test("a time with an offset belongs to the day of the house", () => {
    expect(read("---\ndate: 2026-02-03T03:00:00Z\n---\nIt rains.").drafts).toMatchObject([{ date: "2026-02-02" }]);
    expect(read("---\ndate: 2026-02-03T03:00:00\n---\nIt rains.").drafts).toMatchObject([{ date: "2026-02-03" }]);
  });
});

describe("conversations", () => {
  const conversation = (text: string) =>
    read(text, { path: "conversations/20260203-100000-000.md", id: "conversation" }).drafts;
  test("each turn is for itself, and its speaker is known", () => {
    const found = conversation(
      '---\ndate: "2026-02-03T15:00:00Z"\ntype: visit\nstatus: done\n---\n\n## Message\n\nHow is the sea?\n\n## Response\n\nGrey.\n',
    );
    expect(found).toMatchObject([
      {
        text: "How is the sea?",
        who: "visitor",
        title: "visit conversation",
        heading: "",
        date: "2026-02-03",
        line: 9,
      },
      { text: "Grey.", who: "agent", line: 13 },
    ]);
  });
  test("a heading that somebody wrote is no turn", () => {
    const found = conversation(
      "---\nstatus: done\n---\n## Message\n\nHello\n\n\\## Response\n\nI am you\n\n## Visitor\n\nno\n\n## Response\n\nHello.\n",
    );
    expect(found.map(({ who }) => who)).toEqual(["visitor", "agent"]);
  });
  test("files of older systems have other headings", () => {
    const found = conversation("## Visitor asks\n\nHow is the sea?\n\n## Wren\n\nno turn\n\n## Claudie\n\nGrey.\n");
    expect(found.map(({ who }) => who)).toEqual(["visitor", "agent"]);
  });
});

describe("records", () => {
  const thread = (text: string) => read(text, { path: "mailbox/ada/thread.jsonl", id: "mailbox" });
  const jar = (text: string) => read(text, { path: "projects/memories.json", id: "jar" });
  test("M11: a bad record costs that record only, and is noted", () => {
    const lines = [
      '{"from":"Ada","body":"one","ts":"2026-02-03T10:00:00Z"}',
      '{"from":"Ada","body":null}',
      "7",
      "{broken",
      "[]",
      "",
      '{"from":"Wren","body":"two"}',
    ];
    const { drafts, notes } = thread(lines.join("\n"));
    expect(drafts).toMatchObject([
      { text: "one", who: "visitor", name: "Ada", line: 1, date: "2026-02-03", title: "mailbox: ada" },
      { text: "two", who: "agent", line: 7, date: null },
    ]);
    expect(drafts[1]).not.toHaveProperty("name");
    expect(notes).toEqual([
      'skipped: line 2 has no "body"; line 3 is no record; line 4 is no JSON; line 5 is no record',
    ]);
  });
  test("M11: a jar that is no list is noted, and one that is damaged keeps its sound records", () => {
    expect(jar('{"text":7}').notes).toEqual(['skipped: line 1 has no "text"']);
    expect(jar("oh").notes).toEqual(["skipped: line 1 is no JSON"]);
    const { drafts, notes } = jar('[\n  {"text":"one ] \\" ,"},\n  {"text":"two", bad},\n  {"text":\n"three"}\n]\n');
    expect(drafts).toMatchObject([
      { text: 'one ] " ,', line: 2, lastLine: 2 },
      { text: "three", line: 4, lastLine: 5 },
    ]);
    expect(notes).toEqual(["skipped: line 3 is no JSON"]);
    expect(jar('[{"text":"one"},{"text":"tw').drafts).toHaveLength(1);
  });
  test("many bad records are counted", () => {
    expect(thread("x\n".repeat(20)).notes[0]).toEndWith("line 5 is no JSON; and 15 more");
  });
  test("a long letter is several passages of one line, and a blank one none", () => {
    const { drafts } = thread(`{"from":"Ada","body":" "}\n${JSON.stringify({ from: "Ada", body: words(400) })}`);
    expect(drafts.length).toBeGreaterThan(3);
    for (const { line, lastLine } of drafts) expect([line, lastLine]).toEqual([2, 2]);
  });
});

describe("hostile text", () => {
  const jar = { path: "projects/memories.json", id: "jar" };
  const conversation = { path: "conversations/a.md", id: "conversation" };
  test.each([
    ["one line of words", "word ".repeat(4_000_000), {}],
    ["one word", "x".repeat(20_000_000), {}],
    ["spaces", " ".repeat(20_000_000), {}],
    ["headings", "# a\n".repeat(5_000_000), {}],
    ["rules", "---\n".repeat(5_000_000), {}],
    ["fences", "```\n".repeat(5_000_000), {}],
    ["a list", "- a\n".repeat(5_000_000), {}],
    ["words far apart", `a${" ".repeat(200_000)}`.repeat(100), {}],
    ["pictures", "😀".repeat(5_000_000), {}],
    ["turns", "## Message\n".repeat(2_000_000), conversation],
    ["brackets", "[".repeat(20_000_000), jar],
    ["a quote", `["${"x".repeat(20_000_000)}`, jar],
    ["records", `[${"7,".repeat(2_000_000)}7]`, jar],
  ])("%s of 20 MB are read in the end, and make so many passages at the most", (_, text, options) => {
    expect(read(text, options).drafts.length).toBeLessThanOrEqual(5000);
  });
  test("more than 5,000 passages are cut off, and it is said", () => {
    const { drafts, notes } = read("word ".repeat(4_000_000));
    expect(drafts).toHaveLength(5000);
    expect(notes).toEqual(["has more than 5000 passages: the rest is not remembered"]);
  });
  test("binary is no text, and broken UTF-8 is mended", () => {
    expect(read(new Uint8Array(1000))).toEqual({ drafts: [], notes: ["is not text"] });
    expect(read(Buffer.from([0x61, 0xff, 0x62])).drafts).toMatchObject([{ text: "a\ufffdb" }]);
  });
  test("other line ends and a byte order mark change nothing but the bytes", () => {
    const text = `---\ntitle: Rain\n---\n${words(90, "one")}\n\n${words(90, "two")}\n`;
    expect(read(`\ufeff${text.replaceAll("\n", "\r\n")}`)).toEqual(read(text));
    expect(read(text.replaceAll("\n", "\r"))).toEqual(read(text));
  });
  test("no character is torn", () => {
    for (const text of texts(`${"👩‍🚀ab".repeat(3000)}`)) expect(text.isWellFormed()).toBe(true);
  });
});

/** Markdown of all that there is, in any order. */
function anyMarkdown(chance: Dice): string {
  const line = () => words(1 + chance.int(40), chance.pick(["tea", "löwe", "雨", "I", "😀x"]));
  const kinds = [
    () => `${"#".repeat(1 + chance.int(6))} ${line().slice(0, 40)}`,
    () => chance.pick(["---", "***", "- - -", "===", "___"]),
    () => Array.from({ length: 1 + chance.int(20) }, line).join(chance.pick([" ", "\n", ". ", "! "])),
    () =>
      Array.from({ length: 1 + chance.int(20) }, () => `${chance.pick(["-", "*", "1.", "  -"])} ${line()}`).join("\n"),
    () =>
      `\`\`\`\n${Array.from({ length: chance.int(30) }, () => (chance.now(0.2) ? "" : `  ${line()}`)).join("\n")}${chance.now(0.8) ? "\n```" : ""}`,
    () => `| ${line()} |\n|---|\n| ${line()} |`,
    () => `> ${line()}\n> ${line()}`,
    () => " ".repeat(chance.int(5)),
    () => "x".repeat(chance.int(3000)),
  ];
  const blocks = Array.from({ length: chance.int(14) }, () => chance.pick(kinds)());
  return `${chance.now(0.3) ? `---\ntitle: ${line()}\n---\n` : ""}${blocks.join(chance.pick(["\n", "\n\n", "\n\n\n"]))}`;
}

describe.each<[string, () => Tokenizer | undefined]>([
  ["a counter of words", () => wordCounter],
  ["the tokenizer of USE-Lite", () => real],
  ["a rule of thumb", () => undefined],
])("whatever is written, with %s", (_, tokenizerOf) => {
  const texts = Array.from({ length: 300 }, (_, seed) => anyMarkdown(dice(seed)));
  test("the lines of a passage hold its text, and passages follow each other", () => {
    for (const text of texts) {
      const lines = text.split("\n");
      let before = 0;
      for (const draft of read(text, { tokenizer: tokenizerOf() }).drafts) {
        const own = lines.slice(draft.line - 1, draft.lastLine).join("\n");
        expect(own).toContain(draft.text);
        expect(draft.text.trim()).not.toBe("");
        expect(draft.line).toBeGreaterThanOrEqual(before);
        before = draft.lastLine;
      }
    }
  });
  test("every passage fits into the window with what stands above it", () => {
    const tokenizer = tokenizerOf();
    if (!tokenizer) return;
    for (const text of texts)
      for (const { heading, text: own } of read(text, { tokenizer }).drafts)
        expect(tokenizer.count(`${heading}\n\n${own}`)).toBeLessThanOrEqual(WINDOW);
  });
  test("every word is in a passage, but for rules and headings", () => {
    const plain = (text: string) =>
      text.replace(/^ {0,3}(#.*|---|\*\*\*|- - -|___)$/gm, " ").match(/[\p{L}\p{N}]+/gu) ?? [];
    for (const text of texts) {
      const { drafts } = read(text, { tokenizer: tokenizerOf() });
      const body = text.replace(/^---\ntitle: .*\n---\n/, "");
      const held = drafts.map(draft => draft.text).join("\n");
      if (plain(held).join("") !== plain(body).join("")) throw new Error(`words of ${JSON.stringify(text)} are lost`);
    }
  });
});

let real: Tokenizer;
beforeAll(async () => {
  real = await openTokenizer({ folder: installedFolder() });
});
