import { boundedText, wholeNumber } from "hearth";
import { z } from "zod";
import { DisplayName } from "./display-name";
import { Username } from "./usernames";

/** Characters of a letter at the most. The words are counted beside that. */
export const MOST_CHARACTERS = 100_000;

export const Authorized = z.object({ authorization: z.string() });
export const NewAccount = z.object({ username: Username, display_name: DisplayName });
export const Password = z.object({ password: z.string().min(1).max(200) });
export const LastRead = z.object({ last_read_id: z.string().min(1).max(200) });

export const PageQuery = z.object({
  limit: wholeNumber(z.number().overwrite(limit => Math.min(200, Math.max(1, limit))))
    .default(50)
    .describe("Letters, 1 to 200; what is beyond counts as the nearest of these"),
  before: z.string().optional().describe("The id of the first letter that the client has: those before it are wanted"),
});

/** A letter as it is sent, in whatever form. A field that is absent is empty. */
export const NewLetter = z.object({
  message: boundedText(0, MOST_CHARACTERS).nullish(),
  image: z.file().nullish().describe("JPEG, PNG, GIF or WEBP, 5 MB at the most"),
});
export type NewLetter = z.output<typeof NewLetter>;
