import { stat } from "node:fs/promises";
import type { HomeFolder } from "hearth";
import { splitFrontMatter } from "hearth-plugins/content";
import type { Gathering } from "hearth-plugins/sessions";

/** What a wake is about, and the files that its prompt holds anyway. */
export interface EchoQuery {
  readonly text: string;
  /** Files that the prompt shows as they are. */
  readonly shown: readonly string[];
}

const PROMPT = "prompt/prompt.md";
/** In the prompt of every session, whole. */
const always = ["memory/identity.md", "memory/memory.md", "voice.md", PROMPT];
/** Characters of a text that are asked for. */
const LENGTH = 500;
/** Bytes of a file that is read for them, at the most. */
const LARGEST = 2 ** 20;

/** What memory is asked at a wake: what was said to it, else what it set out to do, else what it thought last. Nothing when there is none of these. */
export async function echoQuery(
  home: HomeFolder,
  { messages }: Pick<Gathering, "messages">,
): Promise<EchoQuery | undefined> {
  const thought = await newestThought(home);
  const shown = thought ? [...always, thought] : always;
  const said = messages
    .map(({ text }) => text.trim())
    .filter(Boolean)
    .join("\n\n");
  const text = said || (await bodyOf(home, PROMPT)) || (thought && (await bodyOf(home, thought)));
  return text ? { text: firstOf(text), shown } : undefined;
}

async function newestThought(home: HomeFolder): Promise<string | undefined> {
  const files = (await home.list("thoughts")).filter(({ name }) => /(?<!^readme)\.md$/i.test(name));
  return files.sort((a, b) => b.mtimeMs - a.mtimeMs || (a.name < b.name ? 1 : -1))[0]?.path;
}

/** What follows the front matter of a file; "" when there is nothing that can be read. */
async function bodyOf(home: HomeFolder, path: string): Promise<string> {
  const info = await stat(await home.resolve(path)).catch(() => undefined);
  if (!info?.isFile() || info.size > LARGEST) return ""; // opening a pipe would wait for ever
  const text = (await home.read(path))?.text ?? "";
  return (splitFrontMatter(text)?.body ?? text).trim();
}

const firstOf = (text: string): string => [...text.slice(0, 2 * LENGTH)].slice(0, LENGTH).join("");
