import { describe, expect, test } from "bun:test";
import { type Compaction, compactDays, isArchive } from "../../plugins/memory/commands/compact-days";
import { dice } from "../fixtures/dice";

const compact = (text: string, more: Partial<Compaction> = {}) =>
  compactDays({ text, today: "2026-03-20", olderThanDays: 30, archives: new Map(), ...more });
const day = (heading: string) => `## ${heading}\n\nWhat was on ${heading}.\n\n`;
const dates = (text: string, more: Partial<Compaction> = {}) =>
  compact(text, { olderThanDays: -400, ...more }).moved.map(({ date }) => date);

describe("what is moved", () => {
  test("old days go to an archive that is named for them, what stands before the first day stays", () => {
    const text = `# Recent days\n\nHello.\n\n${day("Day 80 (Mar 19)")}${day("Days 41-43 (Feb 8-10)")}${day("Day 40 (Feb 7)")}`;
    expect(compact(text)).toEqual({
      kept: `# Recent days\n\nHello.\n\n${day("Day 80 (Mar 19)")}`,
      archive: {
        name: "memory-archive-day40-43.md",
        text: `${day("Days 41-43 (Feb 8-10)")}${day("Day 40 (Feb 7)").trim()}\n`,
      },
      moved: [
        { from: 41, to: 43, date: "2026-02-10", archived: false },
        { from: 40, to: 40, date: "2026-02-07", archived: false },
      ],
    });
    expect(isArchive("memory-archive-day40-43.md")).toBe(true);
    expect(isArchive("memory.md")).toBe(false);
  });
  test("a day is old the day after it became so old", () => {
    const at = (today: string) => compact(day("Day 1 (Feb 18)"), { today }).moved.length;
    expect([at("2026-03-20"), at("2026-03-21")]).toEqual([0, 1]);
  });
  test("several days are as old as their last one", () => {
    expect(compact(day("Days 1-3 (Feb 16-18)")).moved).toEqual([]);
    expect(compact(day("Days 1-3 (Feb 15–17)")).moved).toHaveLength(1);
    expect(dates(day("Days 30-33 (Jan 30-Feb 2)"))).toEqual(["2026-02-02"]);
  });
  test.each([
    "Day forty (Feb 7)",
    "Day 40",
    "Day 40 (Foo 7)",
    "Day 40 (Feb 30)",
    "Day 40 (Jan 0)",
    "Days to come",
    "Garden",
  ])("what is no day stays: %s", heading => {
    const text = `${day("Day 41 (Jan 8)")}${day(heading)}${day("Day 39 (Jan 6)")}`;
    const { kept, moved } = compact(text);
    expect([kept, moved.length]).toEqual([day(heading), 2]);
  });
  test("a heading in code begins no day, and one of a lower rank belongs to its day", () => {
    const text = `## Day 2 (Jan 2)\n\n### Morning\n\n\`\`\`\n## Day 1 (Jan 1)\n\`\`\`\n`;
    expect(compact(text).moved).toHaveLength(1);
    expect(compact(text).kept).toBe("");
  });
  test("line ends are kept as they are", () => {
    const text = `${day("Day 80 (Mar 19)")}${day("Day 1 (Jan 1)")}`.replaceAll("\n", "\r\n");
    expect(compact(text).kept).toBe(day("Day 80 (Mar 19)").replaceAll("\n", "\r\n"));
  });
  test("nothing old, nothing done", () => {
    expect(compact(day("Day 80 (Mar 19)"))).toEqual({ kept: day("Day 80 (Mar 19)"), moved: [] });
    expect(compact("")).toEqual({ kept: "", moved: [] });
  });
});

describe("the year", () => {
  test("M12: it follows from today and from the days around it", () => {
    const text = [
      day("Day 402 (Mar 19)"),
      day("Day 330 (Jan 5)"),
      day("Day 320 (Dec 26)"),
      day("Day 38 (Mar 20)"),
    ].join("");
    expect(dates(text)).toEqual(["2026-03-19", "2026-01-05", "2025-12-26", "2025-03-20"]);
    expect(dates(text, { today: "2031-03-19" })).toEqual(["2031-03-19", "2031-01-05", "2030-12-26", "2030-03-20"]);
  });
  test("M12: where a date could be of two years, the numbers tell", () => {
    expect(dates([day("Day 400 (Mar 19)"), day("Day 30 (Mar 10)")].join(""))).toEqual(["2026-03-19", "2025-03-10"]);
    expect(dates([day("Day 400 (Mar 19)"), day("Day 391 (Mar 10)")].join(""))).toEqual(["2026-03-19", "2026-03-10"]);
  });
  test("M12: the order in the file does not matter", () => {
    expect(dates([day("Day 320 (Dec 26)"), day("Day 330 (Jan 5)")].join(""))).toEqual(["2025-12-26", "2026-01-05"]);
  });
  test("a file that nobody wrote in for long is as old as it is", () => {
    expect(dates(day("Day 80 (Mar 19)"), { written: "2024-07-01" })).toEqual(["2024-03-19"]);
    expect(dates(day("Day 80 (Mar 19)"), { written: "2029-07-01" })).toEqual(["2026-03-19"]);
  });
  test("a leap day is found, and tomorrow is no year ago", () => {
    expect(dates(day("Day 80 (Feb 29)"))).toEqual(["2024-02-29"]);
    expect(dates(day("Day 80 (Mar 21)"))).toEqual(["2026-03-21"]);
  });
  test("numbers that are not days do not lead astray", () => {
    expect(dates([day("Day 20 (Mar 1)"), day("Day 10 (Sep 1)"), day("Day 9 (Aug 1)")].join(""))).toEqual([
      "2026-03-01",
      "2025-09-01",
      "2025-08-01",
    ]);
  });
});

describe("the archive", () => {
  const old = day("Day 1 (Jan 1)");
  test("what it holds already stays in it", () => {
    const name = "memory-archive-day1-1.md";
    expect(compact(old, { archives: new Map([[name, "older\n"]]) }).archive).toEqual({
      name,
      text: `older\n\n${old.trim()}\n`,
    });
  });
  test("a crash between the two files doubles nothing, even days later", () => {
    const text = `${day("Day 60 (Mar 1)")}${day("Day 2 (Jan 2)")}${old}`;
    const first = compact(text);
    const archives = new Map([[first.archive!.name, first.archive!.text]]);
    expect(compact(text, { archives })).toEqual({
      kept: first.kept,
      moved: first.moved.map(moved => ({ ...moved, archived: true })),
    });
    const later = compact(text, { archives, today: "2026-04-20" });
    expect(later.archive).toEqual({ name: "memory-archive-day60-60.md", text: `${day("Day 60 (Mar 1)").trim()}\n` });
    expect(later.kept).toBe("");
  });
  test("whatever the file, nothing is lost and nothing is doubled", () => {
    for (let seed = 0; seed < 200; seed++) {
      const chance = dice(seed);
      const heading = () =>
        chance.pick([
          `Day ${chance.int(900)} (${chance.pick(["Jan", "Feb", "Dec"])} ${1 + chance.int(31)})`,
          "Notes",
          "Day (x)",
        ]);
      const sections = Array.from({ length: chance.int(12) }, (_, n) => `${day(heading())}No. ${n}\n`);
      const { kept, archive, moved } = compact(sections.join(""), { olderThanDays: chance.int(200) });
      const held = sections.filter(section => kept.includes(section.trim()));
      const gone = sections.filter(section => archive?.text.includes(section.trim()));
      expect(held.length + gone.length).toBe(sections.length);
      expect(gone.length).toBe(moved.length);
      expect(kept).toBe(held.join(""));
    }
  });
});
