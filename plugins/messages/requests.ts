import { boundedText } from "hearth";
import { z } from "zod";

/** Bytes of a message as JSON at the most. */
export const MOST_JSON = 256 * 1024;
/** Bytes of a form at the most: a picture, and some more. */
export const MOST_FORM = 6 * 1024 * 1024;
/** Characters of a text at the most; its words are counted later. */
const MOST_TEXT = 100_000;

/** Who writes shows a key, as `Bearer <key>` or alone. */
export const Credentials = z.object({ authorization: z.string().describe("Bearer and a trusted key") });

export const Note = z.object({ name: boundedText(1, 50), message: boundedText(1, MOST_TEXT) });
export type Note = z.output<typeof Note>;

export const PictureNote = z.object({
  name: boundedText(1, 50),
  message: boundedText(0, MOST_TEXT).default(""),
  image: z.file().describe("JPEG, PNG, GIF or WEBP, by its content; 5 MiB at the most"),
});
export type PictureNote = z.output<typeof PictureNote>;
