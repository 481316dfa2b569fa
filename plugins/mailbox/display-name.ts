import { boundedText } from "hearth";

/** What may not stand in a name: control characters, line ends, halves of characters, and marks that turn the direction of what follows. */
const unseen = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/u;
/** More accents on one letter than any language has. */
const piled = /\p{M}{4}/u;

/** A name for people: 1 to 50 characters of one line, in Unicode's composed form, that stay where they are put. */
export const DisplayName = boundedText(1, 50)
  .refine(text => !unseen.test(text), {
    error: "Display name must not contain control characters, line breaks or direction marks",
  })
  .refine(text => !piled.test(text.normalize("NFC")), { error: "Display name has too many accents on one letter" })
  .refine(text => text.trim() !== "", { error: "Display name must have a visible character" })
  .overwrite(text => text.normalize("NFC").trim());
