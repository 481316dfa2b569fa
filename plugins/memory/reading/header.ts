/** Characters of YAML at the most. */
const LONGEST = 16_384;
const OPENING = /^---[ \t]*\n/;
const CLOSING = /(?<=\n)---[ \t]*(?:\n|$)/g;
/** A key with a value on the same line, as people write them. */
const KEY = /^([\p{L}_][\p{L}\p{N}_-]*):[ \t]*(.*)$/gmu;

/** What stands at the head of a text between two lines `---`. */
export interface Header {
  readonly data: Readonly<Record<string, unknown>>;
  /** Where the text behind it begins; 0 when there is none. */
  readonly end: number;
  /** Why it could not be read as a whole, for people. */
  readonly problem?: string;
}

/**
 * Reads the front matter of a text whose line ends are "\n". It ends at a line that is `---` and nothing else. Of YAML that is broken, the
 * keys are read that have their value on their line. What begins with a rule and has no keys has no front matter. Never throws.
 */
export function headerOf(text: string): Header {
  const none = { data: {}, end: 0 };
  const open = OPENING.exec(text)?.[0].length;
  if (open === undefined) return none;
  CLOSING.lastIndex = open;
  const close = CLOSING.exec(text);
  if (!close) return none;
  const raw = text.slice(open, close.index);
  const end = close.index + close[0].length;
  const data = raw.trim() === "" ? {} : mappingOf(raw);
  if (data) return { data, end };
  const lines = linesOf(raw.slice(0, LONGEST));
  return lines ? { data: lines, end, problem: "its front matter is no sound YAML" } : none;
}

function mappingOf(raw: string): Record<string, unknown> | undefined {
  if (raw.length > LONGEST) return;
  try {
    const data: unknown = Bun.YAML.parse(raw);
    return typeof data === "object" && data !== null && !Array.isArray(data)
      ? (data as Record<string, unknown>)
      : undefined;
  } catch {
    return; // also what is nested too deeply, or multiplies itself
  }
}

function linesOf(raw: string): Record<string, string> | undefined {
  const found = [...raw.matchAll(KEY)].map(([, key, value]) => [key!, value!.trim().replace(/^(["'])(.*)\1$/s, "$2")]);
  return found.length > 0 ? Object.fromEntries(found) : undefined;
}

/** A value as one line of at most 200 characters; nothing for what is no word or number. */
export function lineOf(value: unknown): string | undefined {
  if (typeof value !== "string" && typeof value !== "number") return;
  const line = String(value).slice(0, 1000).replace(/\s+/g, " ").trim();
  return line === "" ? undefined : [...line].slice(0, 200).join("");
}
