import { boundedText } from "hearth";

/**
 * What may not stand in a name: control characters, line ends, halves of characters, and what nobody sees, as marks that turn the direction
 * of what follows, or letters that only machines read. The joiners and variants of emoji and of some scripts may.
 */
const unseen = /(?!\u200C|\u200D|\p{M})[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{DI}]/u;
/** More accents on one letter than any language has. */
const piled = /\p{M}{4}/u;

/** A name for people: 1 to 50 characters of one line, in Unicode's composed form, that stay where they are put. */
export const DisplayName = boundedText(1, 50)
  .refine(text => !unseen.test(text), {
    error: "Display name must not contain control characters, line breaks or invisible marks",
  })
  .refine(text => !piled.test(text.normalize("NFC")), { error: "Display name has too many accents on one letter" })
  .refine(text => text.trim() !== "", { error: "Display name must have a visible character" })
  .overwrite(text => text.normalize("NFC").trim());
