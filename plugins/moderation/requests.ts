import { boundedText } from "hearth";
import { z } from "zod";

const REASONS =
  /^(toxicity|dismissive|manipulation|impersonation|inappropriate|misinformation|nihilistic|solicitation|off_topic|injection|approved)$/;
const SENTIMENTS = /^(positive|neutral|negative)$/;

const yes = ["1", "true", "t", "yes", "y", "on"];
const no = ["0", "false", "f", "no", "n", "off"];

/** Yes or no as people and other languages write it: `"yes"`, `1`, `"off"`. */
const fromWord = (word: unknown): unknown => {
  if (typeof word !== "string" && typeof word !== "number") return word;
  const plain = String(word).toLowerCase();
  return yes.includes(plain) || (no.includes(plain) ? false : word);
};

/** What a frontend found when it screened a message by itself. What else it sends is dropped: no addresses are kept. */
export const Finding = z.object({
  name: boundedText(1, 50),
  message_preview: boundedText(0, 100),
  allowed: z.preprocess(fromWord, z.boolean()),
  reason: z.string().regex(REASONS),
  sentiment: z.string().regex(SENTIMENTS),
});
export type Finding = z.output<typeof Finding>;

/** Bytes of a finding at the most. */
export const MOST_BYTES = 32 * 1024;
