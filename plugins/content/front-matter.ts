import { isMap, parseDocument, type SchemaOptions, stringify } from "yaml";

/** Characters of YAML at the most: what is nested so deeply that parsing it takes long does not fit. */
const LONGEST = 16_384;
/** Aliases that one value may be reached through; a "billion laughs" needs more. */
const MOST_ALIASES = 50;
/** Keys that are written with a "? " before them: parsing takes the cube of how deeply they lie in each other. */
const MOST_EXPLICIT_KEYS = 64;
const EXPLICIT_KEY = /(?<!\S)\?(?!\S)/g;

const OPENING = /^\uFEFF?---[ \t]*\r?\n/;
const CLOSING = /(?<=\n)---[ \t]*(?:\r?\n|$)/g;

/** A text in four parts, cut at the fences. Joined in this order they are the text again, to the byte. */
export interface Split {
  /** The opening fence with its line end, and a byte order mark if there is one. */
  readonly open: string;
  /** What stands between the fences. */
  readonly raw: string;
  readonly close: string;
  readonly body: string;
}

/** Cuts a text at its front matter: a first line `---` and the next line that is `---`. Nothing when there is none or it never closes. */
export function splitFrontMatter(text: string): Split | undefined {
  const open = OPENING.exec(text)?.[0];
  if (open === undefined) return;
  CLOSING.lastIndex = open.length;
  const close = CLOSING.exec(text);
  if (!close) return;
  const end = close.index + close[0].length;
  return { open, raw: text.slice(open.length, close.index), close: close[0], body: text.slice(end) };
}

/** What the front matter of a text says. */
export interface FrontMatter {
  /** Its keys; none when there is no front matter, or when it has a problem. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The text behind the closing fence; the whole text when there is no front matter. */
  readonly body: string;
  /** The YAML as it is written; "" when there is none. */
  readonly raw: string;
  /** Why the YAML could not be used, for people. */
  readonly problem?: string;
}

/** How values without quotes are read: "typed", a number is a number; "written", it is the text that stands there (`007`, `1.10`, `yes`). */
type Scalars = "typed" | "written";

/** Reads the front matter of a text. Takes CRLF, a byte order mark and a closing fence at the very end; never throws. */
export function parseFrontMatter(text: string, scalars: Scalars = "typed"): FrontMatter {
  const split = splitFrontMatter(text);
  if (!split) return withoutFence(text);
  const { raw, body } = split;
  try {
    return { data: readMapping(raw, scalars), body, raw };
  } catch (error) {
    return { data: {}, body, raw, problem: firstLine(error) };
  }
}

function withoutFence(text: string): FrontMatter {
  const none = { data: {}, body: text.replace(/^\uFEFF/, ""), raw: "" };
  return OPENING.test(text) ? { ...none, problem: "the front matter is opened and never closed" } : none;
}

/** Of all types that a value can have by itself, "written" knows nothing but null. */
const schemas: Readonly<Record<Scalars, SchemaOptions>> = {
  typed: {},
  written: { schema: "failsafe", customTags: ["null"] },
};

function readMapping(raw: string, scalars: Scalars): Record<string, unknown> {
  if (raw.length > LONGEST) throw new Error(`the front matter is longer than ${LONGEST} characters`);
  if ((raw.match(EXPLICIT_KEY)?.length ?? 0) > MOST_EXPLICIT_KEYS)
    throw new Error(`the front matter has more than ${MOST_EXPLICIT_KEYS} keys with a question mark before them`);
  const document = parseDocument(raw, { logLevel: "silent", ...schemas[scalars] });
  if (document.errors[0]) throw document.errors[0];
  if (document.contents === null) return {};
  if (!isMap(document.contents)) throw new Error("the front matter is not a list of keys and values");
  return document.toJS({ maxAliasCount: MOST_ALIASES });
}

const firstLine = (error: unknown) => (error instanceof Error ? error.message : String(error)).split("\n")[0]!;

/** Front matter with its fences, ready to stand before a body. Texts are quoted; keys whose value is undefined are left out. */
export const frontMatter = (data: Readonly<Record<string, unknown>>): string =>
  `---\n${stringify(data, { defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN", lineWidth: 0 })}---\n`;
