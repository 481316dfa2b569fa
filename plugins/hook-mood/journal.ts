import type { Home } from "hearth";
import { isThought, parseFrontMatter } from "hearth-plugins/content";
import type { Session } from "hearth-plugins/sessions";

/** What a session wrote about its time. */
export interface Journal {
  /** The words it named its mood by, in lower case. */
  readonly moodWords: readonly string[];
  readonly body: string;
  /** The file it comes from; absent for the answer of a conversation. */
  readonly path?: string;
}

/** Words of a mood that are kept, and characters of one. */
const MOST_WORDS = 24;
const LONGEST_WORD = 60;

/**
 * The newest thought that this session wrote, else the answer it gave in a conversation; nothing when there is neither.
 * A thought that cannot be read gives way to the next.
 */
export async function journalOf(home: Home, session: Session): Promise<Journal | undefined> {
  for (const path of await newestFirst(home, session.changed.filter(isThought))) {
    const file = await home.read(path).catch(() => undefined);
    if (file?.text.trim()) return { ...readJournal(file.text), path };
  }
  const answer = session.settings.conversation ? session.result.text.trim() : "";
  if (answer) return { moodWords: [], body: answer };
}

async function newestFirst(home: Home, paths: readonly string[]): Promise<string[]> {
  const files = (await home.list("thoughts")).filter(({ path }) => paths.includes(path));
  return files.sort((a, b) => b.mtimeMs - a.mtimeMs || (a.path < b.path ? 1 : -1)).map(({ path }) => path);
}

/** A thought's mood words and body. `mood` may be a text with commas or a list. */
export function readJournal(text: string): Journal {
  const { data, body } = parseFrontMatter(text);
  return { moodWords: wordsOf(data["mood"]), body };
}

function wordsOf(mood: unknown): string[] {
  const given = Array.isArray(mood) ? mood : [mood];
  return given
    .filter(item => typeof item === "string")
    .flatMap(item => item.split(","))
    .map(word => word.replace(/\s+/g, " ").trim().toLowerCase().slice(0, LONGEST_WORD))
    .filter(Boolean)
    .slice(0, MOST_WORDS);
}
