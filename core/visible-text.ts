/** What a terminal, or an eye, would not show as it is: control characters, marks of direction, format and invisible characters, half pairs. */
const unseen = /(?![\n\t\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * A stranger's text as a person at a terminal may see it: escapes, marks that turn the direction of text and invisible characters
 * stand there as `<U+001B>`. Line ends, tabs and the joiners of emoji stay.
 */
export const visibleText = (text: string): string =>
  text.replace(unseen, char => `<U+${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}>`);

/** A text as one line, for lists and tables: line ends and characters that nobody sees are a space. */
export const onOneLine = (text: string): string => text.replace(/[\s\p{C}\p{Zl}\p{Zp}]+/gu, " ").trim();
