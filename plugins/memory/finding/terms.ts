/** A word or a phrase of a question. */
export interface Term {
  /** As it stands in the question. */
  readonly shown: string;
  /** In the language of FTS5: quoted, so that nothing in it has a meaning of its own. */
  readonly match: string;
  /** A word that is in any text. */
  readonly usual: boolean;
}

/** Terms of a question at the most: what is longer is rather a text, and its first words say what it is about. */
const MOST = 64;
/** Characters of a term at the most. */
const LONGEST = 80;
/** A phrase in quotes, or a word; an apostrophe within a word belongs to it. */
const TERM = /["“„]([^"“”„]+)["”“]|[\p{L}\p{N}\p{M}\p{Co}]+(?:['’][\p{L}\p{N}\p{M}\p{Co}]+)*/gu;
/** A term without any of these cannot be found. */
const FINDABLE = /[\p{L}\p{N}\p{Co}]/u;

const USUAL = new Set(
  `a about after again all also am an and any are as at be because been before being but by can could did do does doing done for from
  get got had has have having he her here hers him his how i if in into is it its just like me more most my no nor not now of off on
  once one only or other our ours out over own same she should so some such than that the their theirs them then there these they
  this those through to too under until up us very was we were what when where which while who whom why will with would you your yours
  don't didn't doesn't isn't wasn't weren't won't can't couldn't wouldn't shouldn't haven't hasn't hadn't aren't i'm i've i'd i'll
  it's that's there's he's she's we're we've you're you've they're they've what's let's`.split(/\s+/),
);

/** The terms of a question, each once, in its order. Any text is a question. */
export function termsOf(question: string): Term[] {
  const terms = new Map<string, Term>();
  for (const [whole, phrase] of question.toWellFormed().matchAll(TERM)) {
    const shown = [...(phrase ?? whole)].slice(0, LONGEST).join("").trim();
    const key = shown.toLowerCase().replaceAll("’", "'");
    if (!FINDABLE.test(shown) || terms.has(key)) continue;
    terms.set(key, { shown, match: `"${shown.replace(/[\0"]/g, " ")}"`, usual: USUAL.has(key) });
    if (terms.size === MOST) break;
  }
  return [...terms.values()];
}

/** What is looked for: the usual words only when there are no others. */
export function telling(terms: readonly Term[]): readonly Term[] {
  const rare = terms.filter(({ usual }) => !usual);
  return rare.length > 0 ? rare : terms;
}
