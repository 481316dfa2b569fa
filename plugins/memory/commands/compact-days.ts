import { type DayHeading, datesOf, readDayHeading } from "./day-headings";

/** What is asked of a compaction. Days are `YYYY-MM-DD` in the house's time zone. */
export interface Compaction {
  /** The text of `memory/recent-days.md`. */
  readonly text: string;
  readonly today: string;
  /** Sections whose last day is more than so many days before today are moved. */
  readonly olderThanDays: number;
  /** The day on which the file was last written: nothing in it is younger. */
  readonly written?: string;
  /** The texts of the archives that there are (`isArchive`), by name. */
  readonly archives: ReadonlyMap<string, string>;
}

/** A section that is moved. */
export interface MovedDays {
  /** As it stands in its heading: 12, or 12 to 14. */
  readonly from: number;
  readonly to: number;
  /** Its last day. */
  readonly date: string;
  /** True when an archive holds it already, word for word: it only leaves the file. */
  readonly archived: boolean;
}

/** What becomes of the file, and of one archive. */
export interface Compacted {
  readonly kept: string;
  /** The archive with what was in it before, to be written before the file; absent when nothing is new in it. */
  readonly archive?: { readonly name: string; readonly text: string };
  readonly moved: readonly MovedDays[];
}

/** Whether a file of `memory/` is an archive of days. */
export const isArchive = (name: string): boolean => /^memory-archive-day\d+-\d+\.md$/.test(name);

/**
 * Takes old days out of the agent's recent days. A section begins at `## Day 12 (Jan 15)` or `## Days 12-14 (Jan 15-17)` and ends at the
 * next heading of its rank; its year follows from the days around it and from today. What has no such heading, or a day that no calendar
 * has, stays. Doing it again after only one of the two files was written adds nothing twice.
 */
export function compactDays({ text, today, olderThanDays, written, archives }: Compaction): Compacted {
  const sections = sectionsOf(text);
  const newest = written === undefined || written > today ? today : written;
  const dates = datesOf(
    sections.map(({ heading }) => heading),
    newest,
  );
  const first = daysBefore(today, olderThanDays);
  const old = sections.flatMap((section, at) => {
    const date = dates[at];
    return section.heading && date !== undefined && date < first
      ? [{ ...section, heading: section.heading, date }]
      : [];
  });
  const goes = new Set(old.map(({ from }) => from));
  const kept = sections.filter(({ from }) => !goes.has(from)).map(section => section.text);
  return { kept: kept.join(""), ...archived(old, archives) };
}

interface Section {
  /** Where it begins in the text. */
  readonly from: number;
  readonly text: string;
  readonly heading?: DayHeading;
}
type OldSection = Required<Section> & { readonly date: string };

function archived(old: readonly OldSection[], archives: ReadonlyMap<string, string>): Omit<Compacted, "kept"> {
  const held = new Set([...archives.values()].flatMap(sectionsOf).map(({ text }) => text.trim()));
  const moved = old.map(({ heading: { from, to }, date, text }) => ({
    from,
    to,
    date,
    archived: held.has(text.trim()),
  }));
  const fresh = old.filter((_, at) => !moved[at]!.archived);
  if (fresh.length === 0) return { moved };
  const days = fresh.flatMap(({ heading }) => [heading.from, heading.to]);
  const name = `memory-archive-day${Math.min(...days)}-${Math.max(...days)}.md`;
  const texts = [archives.get(name) ?? "", ...fresh.map(section => section.text)];
  return {
    moved,
    archive: {
      name,
      text: `${texts
        .map(one => one.trim())
        .filter(Boolean)
        .join("\n\n")}\n`,
    },
  };
}

const FENCE = /^ {0,3}(```|~~~)/;

/** A text in sections; joined they are the text again. What stands before the first heading is one without. */
function sectionsOf(text: string): Section[] {
  const sections: Section[] = [];
  let fence: string | undefined;
  let from = 0;
  let at = 0;
  const end = () => at > from && sections.push(sectionOf(text, from, at));
  for (const line of text.split(/(?<=\n)/)) {
    const mark = FENCE.exec(line)?.[1];
    if (mark !== undefined && (fence === undefined || fence === mark)) fence = fence === undefined ? mark : undefined;
    else if (fence === undefined && /^##? /.test(line)) {
      end();
      from = at;
    }
    at += line.length;
  }
  end();
  return sections;
}

function sectionOf(text: string, from: number, to: number): Section {
  const own = text.slice(from, to);
  const heading = readDayHeading(own.slice(0, own.search(/\r?\n|$/)));
  return { from, text: own, ...(heading && { heading }) };
}

const daysBefore = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) - days * 86_400_000).toISOString().slice(0, 10);
