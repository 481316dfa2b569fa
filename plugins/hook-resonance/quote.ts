import { substanceOf } from "./substance";

/** Characters of a quote. */
const LONGEST = 300;

/** The beginning of what a text says, in one line. */
export function quoteOf(text: string): string {
  const line = substanceOf(text).replace(/\s+/g, " ").trim();
  const characters = [...line];
  return characters.length > LONGEST
    ? `${characters
        .slice(0, LONGEST - 1)
        .join("")
        .trimEnd()}…`
    : line;
}
