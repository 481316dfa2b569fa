import { z } from "zod";

/** What people read in the home, and the mail. */
const usual = [
  "thoughts",
  "dreams",
  "scores",
  "letters",
  "essays",
  "bookshelf",
  "mailbox",
  "about",
  "landing-page",
  "landing-summary",
  "visitor-greeting",
  "scores-description",
  "letters-description",
  "essays-description",
  "visitors",
  "news",
  "gifts",
];

export const settings = z.strictObject({
  paths: z
    .array(z.string().min(1))
    .min(1)
    .default(usual)
    .describe("Folders of the home that are watched with all that is in them, relative to the home or absolute"),
  patience: z
    .number()
    .nonnegative()
    .max(600)
    .default(10)
    .describe("Seconds at the most that the watch lets others read the home first"),
  debounceMs: z
    .number()
    .nonnegative()
    .max(10_000)
    .default(50)
    .describe("Milliseconds in which several changes of a file become one"),
});
