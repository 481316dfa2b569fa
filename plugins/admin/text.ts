import { z } from "zod";

/** A text of so many characters, counted as Unicode code points: an emoji is one. */
export const text = (least: number, most: number) =>
  z
    .string()
    .min(least)
    .check(({ value, issues }) => {
      if (value.length <= most || codePoints(value) <= most) return;
      const message = `at most ${most} characters`;
      issues.push({ code: "too_big", origin: "string", maximum: most, inclusive: true, input: value, message });
    })
    .meta({ maxLength: most });

function codePoints(value: string): number {
  let count = 0;
  for (const _ of value) count++;
  return count;
}
