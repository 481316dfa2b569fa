import { boundedText, wholeNumber } from "hearth";
import { z } from "zod";
import { giftTypes } from "./gift-content";
import { isGiftName } from "./gift-name";

/** Something of the world, for the agent to read. */
export const News = z.object({
  title: boundedText(1, 200),
  type: z.enum(["news", "personal", "announcement"]).default("news"),
  content: boundedText(1, 200_000),
});
export type News = z.output<typeof News>;

/** A text to sit with. */
export const Reading = z.object({
  title: boundedText(1, 200),
  source: boundedText(0, 200).nullish(),
  content: boundedText(1, 100_000),
});
export type Reading = z.output<typeof Reading>;

/** Something that somebody gives to the agent. */
export const Gift = z.object({
  title: boundedText(1, 200),
  from: boundedText(0, 100).nullish(),
  description: boundedText(0, 2000).nullish(),
  filename: boundedText(1, 200).refine(isGiftName, { error: "Invalid filename" }),
  content: z.string().min(1).describe("The text; of an image its bytes in base64"),
  contentType: z.enum(giftTypes),
});
export type Gift = z.output<typeof Gift>;

/** How many conversations are wanted. */
export const Few = z.object({ limit: wholeNumber(z.int().min(1).max(50)).default(10) });
