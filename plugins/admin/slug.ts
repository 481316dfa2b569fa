/** Characters of a slug at the most. */
const LONGEST = 50;

/** Letters with the marks that belong to them, digits, "_", blanks and "-". */
const kept = /\p{L}[\p{Mn}\p{Mc}]*|[\p{N}_\s-]/gu;

/** A title as a part of a file name: small letters of any script, digits and single "-". May be "". */
export function slugOf(title: string): string {
  const letters = title.normalize("NFC").toLowerCase().trim().match(kept) ?? [];
  const slug = letters.join("").replace(/[\s_-]+/g, "-");
  return [...slug].slice(0, LONGEST).join("");
}
