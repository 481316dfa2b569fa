import { codePoints } from "./bounded-text";
import type { JsonFault } from "./json-fault";

/** Objects and lists inside each other that a body may have: far more than any of ours. */
const DEEPEST = 100;

/**
 * Finds out that a text of JSON goes too deep, before it is read: whatever looks at such a value, or shows it, takes a time that grows
 * with the square of its depth. Nothing when it does not.
 */
export function depthFault(text: string): JsonFault | undefined {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '"') at = endOfString(text, at);
    else if (char === "]" || char === "}") depth--;
    else if ((char === "[" || char === "{") && ++depth > DEEPEST)
      return { at: codePoints(text.slice(0, at)), why: `Nested deeper than ${DEEPEST} levels` };
  }
  return;
}

/** Where the string ends that begins here. */
function endOfString(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '"') return at;
    if (text[at] === "\\") at++;
  }
  return text.length;
}
