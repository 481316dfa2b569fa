/** The beginning of a text: up to its last blank line, when that lies past the middle; never half a character. Says what was left out. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const blank = text.lastIndexOf("\n\n", most);
  const end = blank > most / 2 ? blank : /[\uD800-\uDBFF]/.test(text[most - 1]!) ? most - 1 : most;
  return `${text.slice(0, end)}\n\n[… cut here: ${text.length - end} more characters]`;
}
