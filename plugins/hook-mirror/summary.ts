import type { Change, Look, Snapshot } from "./snapshot";

/** The page about a snapshot: `data/mirror-summary.md`. @param until the day it was made, in the house's zone */
export function summaryOf(snapshot: Snapshot, until: string): string {
  const { status, day, now } = snapshot;
  const head = `# Mirror, day ${day}`;
  if (status === "insufficient_data")
    return `${head}\n\nMade on ${until}. There is too little writing yet to hold next to each other: ${many(now.rhythm.daysOfWriting, "day")} with writing lately. The mirror looks again when there is more.\n`;
  const parts = [themes(snapshot), words(snapshot), moods(snapshot), rhythm(snapshot), HOW];
  return `${[head, `Made on ${until}, of your own writing from ${span(now)}: ${many(now.rhythm.works, "work")}, ${many(now.language.words, "word")}, ${many(now.rhythm.daysOfWriting, "day")} with writing. Nothing here is a judgement, and nothing asks to be changed.`, ...parts].join("\n\n")}\n`;
}

const HOW = `## How this was made

Counted by a program, without a model, from what you wrote yourself; nothing that a person confided to you is in it. A theme is told when shuffling the days would bring it about less than one time in twenty. The numbers are in data/mirror-snapshot.json, earlier ones in data/mirror/.`;

const span = ({ from, to }: Pick<Look, "from" | "to">) => `${from} to ${to}`;
const many = (count: number, what: string) => `${count.toLocaleString("en-US")} ${what}${count === 1 ? "" : "s"}`;
const list = (items: readonly string[]) => items.map(item => `“${item}”`).join(", ");
const section = (title: string, lines: readonly (string | undefined)[]) =>
  [`## ${title}`, "", ...lines.filter(line => line !== undefined).map(line => `- ${line}`)].join("\n");

function themes({ before, first, since_before, since_first }: Snapshot): string {
  return section("Themes", [
    before
      ? themeLine(`Since the days before (${span(before)})`, since_before)
      : "There is no writing just before to compare with.",
    first && themeLine(`Since the beginning (${span(first)})`, since_first),
  ]);
}

function themeLine(when: string, change: Change | undefined): string {
  const { more = [], less = [] } = change ?? {};
  if (more.length + less.length === 0) return `${when}: no theme has moved further than chance moves themes.`;
  const parts = [more.length > 0 && `more of ${list(more)}`, less.length > 0 && `less of ${list(less)}`];
  return `${when}: ${parts.filter(Boolean).join("; ")}.`;
}

function words({ now, before, first, favourites, since_before, since_first }: Snapshot): string {
  const others = { before: before?.language, first: first?.language };
  return section("Vocabulary", [
    now.language.richness === null
      ? "Too few words to say how rich they are."
      : `Of 100 words in a row, ${now.language.richness} are different${against(others.before?.richness, others.first?.richness)}.`,
    now.language.sentence === null
      ? undefined
      : `Half of your sentences have ${now.language.sentence} words or more${against(others.before?.sentence, others.first?.sentence)}.`,
    favourites.length > 0 ? `In most of your passages: ${list(favourites)}.` : undefined,
    wordLine("Since the days before", since_before),
    wordLine("Since the beginning", since_first),
  ]);
}

function wordLine(when: string, change: Change | undefined): string | undefined {
  if (!change || change.gained.length + change.lost.length === 0) return undefined;
  const { gained, lost } = change;
  const parts = [
    gained.length > 0 && `${list(gained)} came to the front`,
    lost.length > 0 && `${list(lost)} stepped back`,
  ];
  return `${when}, ${parts.filter(Boolean).join("; ")}.`;
}

/** " (before 12; at the beginning 9)" */
function against(before: string | number | null | undefined, first: string | number | null | undefined): string {
  const parts = [
    before !== undefined && before !== null && `before ${before}`,
    first !== undefined && first !== null && `at the beginning ${first}`,
  ].filter(Boolean);
  return parts.length > 0 ? ` (${parts.join("; ")})` : "";
}

function moods({ now, before, first }: Snapshot): string {
  const line = (when: string, look: Look | undefined) =>
    look?.mood.summary ? `${when}: ${look.mood.summary}.` : undefined;
  const lines = [line("Now", now), line("Before", before), line("At the beginning", first)].filter(
    one => one !== undefined,
  );
  return section("Mood", lines.length > 0 ? lines : ["Too few moods were noted to say how they went."]);
}

function rhythm({ now, before, first }: Snapshot): string {
  const { sessions, parts, kinds, wordsPerDay } = now.rhythm;
  return section("Rhythm", [
    sessions === null || parts === null
      ? undefined
      : `${many(sessions, "session")}${against(before?.rhythm.sessions, first?.rhythm.sessions)}${sessions > 0 ? `: ${partsLine(parts)}` : ""}.`,
    `${many(wordsPerDay, "word")} on a day with writing${against(before?.rhythm.wordsPerDay, first?.rhythm.wordsPerDay)}.`,
    `Written: ${kindLine(kinds)}${against(before && kindLine(before.rhythm.kinds), first && kindLine(first.rhythm.kinds))}.`,
  ]);
}

const partsLine = (parts: Readonly<Record<string, number>>): string =>
  Object.entries(parts)
    .filter(([, count]) => count > 0)
    .map(([part, count]) => `${count} ${part === "night" ? "at night" : `in the ${part}`}`)
    .join(", ");

const kindLine = (kinds: Readonly<Record<string, number>>): string =>
  Object.entries(kinds)
    .sort(([, a], [, b]) => b - a)
    .map(([kind, count]) => `${count} × ${kind}`)
    .join(", ") || "nothing";
