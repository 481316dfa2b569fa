import { posix } from "node:path";
import { proseOf, type Word, wordsOf } from "hearth-plugins/hook-drift";
import { keyOfName, type Named } from "./named";

const MOST_WORDS = 5;
const LONGEST = 60;
/** Times that two words side by side, or one alone, come back in one work until they are a subject of it. */
const OFTEN = { two: 2, one: 4 };
/** Letters of a word alone, and of one of two, at the least. */
const LETTERS = { one: 4, two: 3 };
const MOST_LETTERS = 40;
/** Signs for a person or a place that somebody wrote down as such. */
const SAID = 10;

/** What a work says of itself: headings, tags, links, front matter; and what it comes back to. */
export function subjectsIn(text: string, data: Readonly<Record<string, unknown>>): Named[] {
  const said = [
    ...headings(text).map(name => one(name, {})),
    ...inlineTags(text).map(name => one(name, {})),
    ...wikiLinks(text)
      .filter(isName)
      .map(name => one(name, {})),
    ...texts(data["tags"]).map(name => one(name, {})),
    ...texts(data["topic"]).map(name => one(name, {})),
    ...texts(data["people"]).map(name => one(name, { person: SAID, named: 1 })),
    ...texts(data["places"]).map(name => one(name, { place: SAID, named: 1 })),
  ];
  return [...said.filter(({ key, name }) => key !== "" && name.length <= LONGEST), ...comingBack(text)];
}

const one = (name: string, signs: Partial<Named>): Named => {
  const shown = name.replaceAll(/[-_\s]+/g, " ").trim();
  return { key: keyOfName(shown), name: shown, times: 1, person: 0, place: 0, named: 0, ...signs };
};

/** Headings that name a subject: not "Morning", not a date. */
function headings(text: string): string[] {
  return Array.from(text.matchAll(/^[ \t]*#{1,6}[ \t]+([^\n]{1,120})$/gm), ([, title]) =>
    proseOf(title!)
      .replace(/[\s#]+$/, "")
      .trim(),
  ).filter(title => {
    const words = wordsOf(title);
    return !/\d/.test(title) && words.length <= MOST_WORDS && words.some(({ stop }) => !stop);
  });
}

const inlineTags = (text: string): string[] =>
  Array.from(text.matchAll(/(?<![\p{L}\p{N}&#/])#(\p{L}[\p{L}\p{N}_-]{2,40})/gu), ([, tag]) => tag!);

const wikiLinks = (text: string): string[] =>
  Array.from(text.matchAll(/\[\[([^\][|#\n]{1,80})[^\][\n]{0,120}\]\]/g), ([, target]) => target!.trim());

const isName = (target: string) => !/[/.]|\d{4}-\d\d/.test(target);

/** Files that a work names, relative to the home. @param path of the work */
export function linksOf(path: string, text: string): string[] {
  const folder = posix.dirname(path);
  const paths = Array.from(text.matchAll(/\]\(([^()\s]{1,200}\.md)(?:#[^()\s]{0,80})?\)/g), ([, target]) => target!);
  const all = [...paths, ...wikiLinks(text).map(target => (target.endsWith(".md") ? target : `${target}.md`))];
  const resolved = all
    .filter(target => !/^[a-z]+:/i.test(target))
    .map(target =>
      target.startsWith("/")
        ? target.slice(1)
        : target.includes("/") && !target.startsWith(".")
          ? target
          : posix.join(folder, target),
    );
  return [...new Set(resolved)].filter(target => !target.startsWith("..") && target !== path);
}

/** A text, or texts in a list, or several with commas between them. */
function texts(value: unknown): string[] {
  const list = Array.isArray(value) ? value : typeof value === "string" ? value.split(",") : [];
  return list.filter(text => typeof text === "string" && text.trim() !== "").slice(0, 30);
}

/** The words, and pairs of words, that a text uses again and again. */
function comingBack(text: string): Named[] {
  const prose = proseOf(text);
  const words = wordsOf(prose);
  const found = new Map<string, { readonly name: string; times: number; readonly least: number }>();
  const count = (key: string, name: string, least: number) => {
    const held = found.get(key) ?? { name: name.toLowerCase(), times: 0, least };
    held.times++;
    found.set(key, held);
  };
  words.forEach((word, at) => {
    if (tells(word, LETTERS.one)) count(word.key, word.text, OFTEN.one);
    const next = words[at + 1];
    if (next && tells(word, LETTERS.two) && tells(next, LETTERS.two) && prose.slice(word.to, next.from) === " ")
      count(`${word.key} ${next.key}`, `${word.text} ${next.text}`, OFTEN.two);
  });
  return [...found].flatMap(([key, { name, times, least }]) =>
    times >= least ? [{ key, name, times, person: 0, place: 0, named: 0 }] : [],
  );
}

const tells = ({ stop, key }: Word, letters: number) => !stop && key.length >= letters && key.length <= MOST_LETTERS;
