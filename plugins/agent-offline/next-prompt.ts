const OPEN = "<!-- from the offline stand-in -->";
const CLOSE = "<!-- end of the stand-in's words -->";
const OWN = new RegExp(`${OPEN}[\\s\\S]*?${CLOSE}\\n*`, "g");

/** What others than the stand-in wrote in a prompt.md. */
export const keptFrom = (prompt: string): string => prompt.replace(OWN, "").trim();

/** A line of a prompt.md that says something: the first of its prose; "" when there is none. */
export const lineOf = (prompt: string): string =>
  keptFrom(prompt)
    .split("\n")
    .map(line => line.trim())
    .find(line => line && !/^(#|---|<!--)/.test(line)) ?? "";

/** A prompt.md that holds the stand-in's word and, unchanged, what a real self had left: a stand-in never takes anybody's letter away. */
export function nextPrompt(earlier: string, word: string): string {
  const kept = keptFrom(earlier);
  return `${OPEN}\n${word.trim()}\n${CLOSE}\n${kept && `\n${kept}\n`}`;
}
