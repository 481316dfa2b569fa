/** Somebody's message, as it stands in a user prompt. */
export interface ReadMessage {
  /** "" when no name was given. */
  readonly from: string;
  readonly text: string;
}

/** What the stand-in understands of the two prompts. */
export interface Reading {
  /** The date of the thought it should write, YYYY-MM-DD, when a prompt names one. */
  readonly date?: string;
  /** The session's type, when a prompt names it. */
  readonly type?: string;
  readonly messages: readonly ReadMessage[];
  /** The sections of Hearth's own system prompt that it was given. */
  readonly sections: readonly string[];
  readonly asksForThought: boolean;
  readonly asksForPrompt: boolean;
  /** The user prompt wants no file at all. */
  readonly wantsNoFiles: boolean;
}

/**
 * Headings of templates/prompts/system.hbs. Only these are named in what the stand-in writes:
 * a heading from the agent's memory may be private, and thoughts are not.
 */
export const sectionTitles = [
  "Who you are",
  "Your voice",
  "Now",
  "Your home",
  "Your newest thought",
  "What you wanted to remember",
  "The longer memory",
  "Echoes",
];

const FENCE = /^<<<(\S.*)\n([\s\S]*?)\n\1>>>$/gm;
const THOUGHT = /thoughts\/(\d{4}-\d\d-\d\d)-([\w-]+)\.md/g;

/** Reads the prompts that Hearth's templates make; of other prompts it understands less. */
export function readPrompts(systemPrompt: string, userPrompt: string): Reading {
  // What a stranger wrote must not decide which files are written.
  const own = userPrompt.replace(FENCE, "");
  const named = [...own.matchAll(THOUGHT)].at(-1) ?? [...systemPrompt.matchAll(THOUGHT)].at(0);
  const headings = new Set(systemPrompt.split("\n"));
  return {
    ...(named && { date: named[1]!, type: named[2]! }),
    messages: [...userPrompt.matchAll(FENCE)].map(([, , inside]) => messageIn(inside!)),
    sections: sectionTitles.filter(title => headings.has(`## ${title}`)),
    asksForThought: own.includes("thoughts/"),
    asksForPrompt: own.includes("prompt/prompt.md"),
    wantsNoFiles: /\bwrite no files\b/i.test(own),
  };
}

/** A message stands below a few lines about it and a blank one. */
function messageIn(inside: string): ReadMessage {
  const [, head = "", text = inside] = /^((?:[A-Z][a-z]+: .*\n)*)\n([\s\S]*)$/.exec(inside) ?? [];
  const from = /^From: (.*)$/m.exec(head)?.[1] ?? "";
  return { from: from.startsWith("(") ? "" : from, text };
}
