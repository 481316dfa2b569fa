import { readFile, stat } from "node:fs/promises";
import type { Home } from "hearth";

/** What the agent leaves for its next self. */
export const PROMPT = "prompt/prompt.md";

/** Bytes of a prompt, at the most: a longer one is no letter to oneself, and is not kept. */
const LARGEST = 1024 * 1024;

/** What prompt.md holds; nothing when it is not there, no regular file in the home, or too large to be kept. */
export async function readPrompt(home: Home): Promise<Uint8Array | undefined> {
  const path = await home.resolve(PROMPT).catch(() => undefined);
  const info = path === undefined ? undefined : await stat(path).catch(() => undefined);
  return info?.isFile() && info.size <= LARGEST ? readFile(path!) : undefined;
}
