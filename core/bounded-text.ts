import { z } from "zod";

/**
 * A text of so many characters, counted as Unicode code points, before anything is cut off: an emoji is one.
 * What is too short or too long is told as a 422 tells it of every text.
 * @param least and `most`: both are allowed. `z.object({ title: boundedText(1, 200), from: boundedText(0, 100).nullish() })`
 */
export const boundedText = (least: number, most: number) =>
  z
    .string()
    .check(({ value, issues }) => {
      const length = codePoints(value);
      const bound = { origin: "string", inclusive: true, input: value } as const;
      if (length < least)
        issues.push({ ...bound, code: "too_small", minimum: least, message: `at least ${least} characters` });
      if (length > most)
        issues.push({ ...bound, code: "too_big", maximum: most, message: `at most ${most} characters` });
    })
    .meta({ minLength: least, maxLength: most });

/** Characters of a text, as its readers count them and not as JavaScript does. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
