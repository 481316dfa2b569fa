import { blocksOf } from "./blocks";
import type { Making } from "./drafts";
import { headerOf, lineOf } from "./header";
import type { FoundFile } from "./home-files";
import { lineCounter, type Parts, stemOf } from "./part";

/** A page of markdown: one part, its front matter left out. Its title is that of the front matter, else a first heading, else its name. */
export function readProse(text: string, { path }: FoundFile, { days }: Pick<Making, "days">): Parts {
  const { data, end, problem } = headerOf(text);
  const said = lineOf(data["title"]);
  const stem = stemOf(path);
  const date = days.of(data["date"]) ?? days.of(stem) ?? null;
  const part = {
    text,
    from: end,
    to: text.length,
    lines: lineCounter(text),
    title: said ?? firstHeading(text, end) ?? stem,
    named: said !== undefined,
    date,
  };
  return { parts: [part], notes: problem ? [problem] : [] };
}

function firstHeading(text: string, from: number): string | undefined {
  const first = blocksOf(text, { from, to: text.length }).next().value;
  return first?.kind === "heading" && first.level === 1 ? lineOf(first.title) : undefined;
}
