import { withoutMarks } from "./marks";
import { plainLine, withoutLineMarks } from "./plain-line";

/** A fence of a code block as it stands in its line. */
const FENCE = /^ {0,3}(`{3,}|~{3,})(.*)$/;
/** Lines of signs only: a rule, the line under a heading, the line under a table's head. */
const RULE = /^[ \t|:*_=-]*$/;

/**
 * What a reader sees of a markdown text, for index and excerpts. Code stays as it is written, without its fences; links and
 * images become their text; HTML tags and comments go. Takes time in proportion to the text, whatever is in it.
 */
export function plainText(markdown: string): string {
  const lines: string[] = [];
  let fence: string | undefined;
  for (const line of withoutComments(withoutMarks(markdown)).split(/\r\n?|\n/)) {
    const [, signs, rest] = FENCE.exec(line) ?? [];
    if (fence !== undefined && closes(fence, signs, rest)) fence = undefined;
    else if (fence !== undefined) lines.push(line);
    else if (signs !== undefined && opens(signs, rest!)) fence = signs;
    else lines.push(RULE.test(line) ? "" : plainLine(withoutLineMarks(line)));
  }
  return lines
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

/** A line that begins with backticks and holds more of them is no fence but code within a line. */
const opens = (signs: string, rest: string): boolean => !signs.startsWith("`") || !rest.includes("`");

const closes = (fence: string, signs: string | undefined, rest: string | undefined): boolean =>
  signs?.[0] === fence[0] && signs!.length >= fence.length && rest!.trim() === "";

/** Without `<!-- … -->`; one that never ends is text. */
function withoutComments(text: string): string {
  if (!text.includes("<!--")) return text;
  const parts: string[] = [];
  let from = 0;
  for (;;) {
    const begin = text.indexOf("<!--", from);
    const end = begin < 0 ? -1 : text.indexOf("-->", begin + 4);
    parts.push(text.slice(from, end < 0 ? undefined : begin));
    if (end < 0) return parts.join("");
    from = end + 3;
  }
}
