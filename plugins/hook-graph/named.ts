import { keyOf, proseOf, sentencesOf, type Word, wordsOf } from "hearth-plugins/hook-drift";

/** Something that a text names, and how often. */
export interface Named {
  readonly key: string;
  name: string;
  times: number;
  /** Signs that it is a person, or a place. */
  person: number;
  place: number;
  /** Times it was written as a name, with capitals. */
  named: number;
}

/** Words in the middle of a name. */
const JOINTS = new Set(["of", "de", "da", "del", "di", "la", "le", "van", "von", "der", "den", "du", "the"]);
const BEFORE_PERSONS = new Set("dear hello hi mr mrs ms dr professor uncle aunt friend sister brother".split(" "));
const AFTER_PERSONS = new Set(
  "said says wrote writes asked asks told tells answered replied thinks laughed smiled visited believes sent loves loved".split(
    " ",
  ),
);
const BEFORE_PLACES = new Set("in near at across through around outside".split(" "));
const MOST_WORDS = 6;

/** Words that stand beside each other and may be a name. */
interface Run {
  readonly words: readonly Word[];
  readonly before: Word | undefined;
  readonly after: Word | undefined;
  /** It begins its sentence, where every word has a capital. */
  readonly first: boolean;
}

/**
 * The names in a text: words with capitals that do not begin a sentence. A single word that begins one counts only when the same text has it
 * elsewhere too; of several, the first is left away when it is a word that begins sentences.
 */
export function namesIn(text: string): Named[] {
  const runs = sentencesOf(proseOf(withoutHeadings(text))).flatMap(runsIn);
  const sure = new Set(runs.filter(({ first }) => !first).map(({ words }) => nameKey(words)));
  const found = new Map<string, Named>();
  for (const run of runs) {
    const words =
      !run.first || sure.has(nameKey(run.words)) || isFullName(run) ? run.words : trimmed(run.words.slice(1));
    if (words.every(({ stop }) => stop) || words.length > MOST_WORDS) continue;
    put(found, words, run);
  }
  return [...found.values()];
}

/** Several words with capitals at the beginning of a sentence, the first of them no word that begins sentences: "Virginia Woolf", not "Yesterday Ada". */
const isFullName = ({ words: [first, ...others] }: Run): boolean =>
  others.length > 0 && !first!.stop && !/(?:ing|ed|ly)$/.test(first!.key) && !BEFORE_PERSONS.has(first!.key);

const withoutHeadings = (text: string) => text.replace(/^[ \t]*#{1,6}[ \t].*$/gm, "");

/** The runs of words with capitals in a sentence. */
function runsIn(sentence: string): Run[] {
  const words = wordsOf(sentence);
  const runs: Run[] = [];
  for (let at = 0; at < words.length; at++) {
    if (!isCapital(words[at]!)) continue;
    const from = at;
    while (at + 1 < words.length && isNext(words, at, sentence)) at++;
    const run = trimmed(words.slice(from, at + 1));
    if (run.some(({ stop }) => !stop))
      runs.push({ words: run, before: words[from - 1], after: words[at + 1], first: from === 0 });
  }
  return runs;
}

/** A capital at its beginning; but of "I" and "I'm" it says nothing. */
const isCapital = ({ text }: Word) => /^\p{Lu}/u.test(text) && !/^I(?:['’]|$)/.test(text);

/** Whether the word behind one belongs to the same name. */
function isNext(words: readonly Word[], at: number, sentence: string): boolean {
  const [word, next, second] = [words[at]!, words[at + 1]!, words[at + 2]];
  if (!/^ $/.test(sentence.slice(word.to, next.from)) || /['’]s$/i.test(word.text)) return false;
  if (isCapital(next)) return true;
  return JOINTS.has(next.text) && second !== undefined && (isCapital(second) || JOINTS.has(second.text));
}

/** Without the joints at its end. */
function trimmed(words: readonly Word[]): readonly Word[] {
  let end = words.length;
  while (end > 0 && !isCapital(words[end - 1]!)) end--;
  let start = 0;
  while (start < end && !isCapital(words[start]!)) start++;
  return words.slice(start, end);
}

const plain = ({ text }: Word) => text.replace(/['’]s$/i, "");
const nameKey = (words: readonly Word[]) => words.map(word => word.key).join(" ");

function put(found: Map<string, Named>, words: readonly Word[], { before, after }: Run): void {
  const key = nameKey(words);
  const name = words.map(plain).join(" ");
  const one = found.get(key) ?? { key, name, times: 0, person: 0, place: 0, named: 0 };
  one.times++;
  one.named++;
  if (after && AFTER_PERSONS.has(after.text.toLowerCase())) one.person++;
  if (before && BEFORE_PERSONS.has(before.text.toLowerCase())) one.person++;
  if (before && BEFORE_PLACES.has(before.text.toLowerCase())) one.place++;
  found.set(key, one);
}

/** The key of something that is named on its own: in a tag, a link, a query. */
export const keyOfName = (name: string): string =>
  wordsOf(name)
    .map(({ key }) => key)
    .join(" ") || keyOf(name.toLowerCase());
