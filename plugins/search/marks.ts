/** Stand for `<mark>` and `</mark>` inside the index: private-use characters, which no indexed text holds. */
export const MARK = "\u{E000}";
export const UNMARK = "\u{E001}";

const signs: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  [MARK]: "<mark>",
  [UNMARK]: "</mark>",
};

/** A text with marks as HTML: `<mark>` around what was marked, everything else escaped. */
export const markedHtml = (text: string): string => text.replace(/[&<>"'\u{E000}\u{E001}]/gu, sign => signs[sign]!);

/** A text that may be indexed: without the characters that stand for marks, without NUL, without halves of characters. */
export const withoutMarks = (text: string): string => text.replace(/[\u{E000}\u{E001}\0]/gu, "").toWellFormed();
