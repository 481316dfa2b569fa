import { parseFrontMatter, splitFrontMatter } from "hearth-plugins/content";
import { isMap, isScalar, parseDocument, stringify } from "yaml";

/** The title of a thought: its first `# ` heading outside of code, else what its file name says. */
export const titleFor = (path: string, body: string): string => headingOf(body) ?? nameAsTitle(path);

function headingOf(body: string): string | undefined {
  let fence: string | undefined;
  for (const line of body.split(/\r?\n/)) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark && !fence) fence = mark;
    else if (mark && fence && mark.startsWith(fence)) fence = undefined;
    const heading = fence ? undefined : /^# +(.*?)(?: +#+)? *$/.exec(line)?.[1];
    if (heading) return heading;
  }
}

/** `2026-01-15-morning-light.md` → `Morning Light`. A leading date is left out, unless the name is nothing else. */
export function nameAsTitle(path: string): string {
  const name = path.replace(/^.*\//, "").replace(/\.md$/i, "");
  const words = name.replace(/^\d{4}-\d{2}-\d{2}[-_ ]*/, "") || name;
  if (words === name && /^[\d-]+$/.test(name)) return name;
  return words
    .replace(/-+/g, " ")
    .trim()
    .replace(/(?<=^| )\p{Ll}/gu, letter => letter.toUpperCase());
}

/** The text with a title in its front matter, all other bytes as they were where that is possible; nothing when it has a title already or no front matter to put one in. */
export function withTitle(text: string, title: string): string | undefined {
  const split = splitFrontMatter(text);
  if (!split || hasTitle(parseFrontMatter(text).data)) return;
  const candidates = [() => lineBefore(split.raw, split.open, title), () => throughDocument(split.raw, title)];
  for (const candidate of candidates) {
    const titled = split.open + candidate() + split.close + split.body;
    if (parseFrontMatter(titled).data["title"] === title) return titled;
  }
}

const hasTitle = ({ title }: Readonly<Record<string, unknown>>) =>
  title !== undefined && title !== null && title !== "";

/** A first line of its own leaves every other line as the author wrote it. It does not fit a mapping in braces, nor one that has an empty title. */
const lineBefore = (raw: string, open: string, title: string): string =>
  stringify({ title }, { ...style, defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN" }).replace(
    /\n$/,
    open.endsWith("\r\n") ? "\r\n" : "\n",
  ) + raw;

/** Through the document, which keeps the other keys and comments but may indent them anew. */
function throughDocument(raw: string, title: string): string {
  const document = parseDocument(raw, { logLevel: "silent" });
  const { contents } = document;
  if (!isMap(contents)) return raw;
  if (document.has("title")) document.set("title", title);
  else contents.items.unshift(document.createPair("title", title) as (typeof contents.items)[number]);
  const value = document.get("title", true);
  if (isScalar(value)) value.type = "QUOTE_DOUBLE";
  return document.toString(style);
}

const style = { lineWidth: 0 } as const;
