/** Marks on one letter that are kept: more than any language puts on it. */
const MARKS = /(\p{M}{4})\p{M}+/gu;
const NOT_IN_NAMES = /[^\p{L}\p{M}\p{N}\s-]/gu;
const LONGEST_STEM = 20;

/**
 * A name as the agent gets to read it: letters and digits of any script, single blanks and hyphens. Nothing that breaks a line, turns the
 * direction of writing or ends a quotation stays in it; one of which nothing stays is "a visitor".
 */
export function visitorName(given: string): string {
  const name = given
    .normalize("NFC")
    .replace(NOT_IN_NAMES, "")
    .replace(/\s+/g, " ")
    .replace(/(?<=^|[\s-])\p{M}+/gu, "")
    .replace(MARKS, "$1")
    .trim();
  return /[\p{L}\p{N}]/u.test(name) ? name : "a visitor";
}

/** A name as a file name may have it: a to z, digits and hyphens, 20 at the most. Accents are left out; of a script that has none of these letters it is "visitor". */
export const fileNameOf = (name: string): string =>
  name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "-")
    .replace(/^-+/, "")
    .slice(0, LONGEST_STEM)
    .replace(/-+$/, "") || "visitor";
