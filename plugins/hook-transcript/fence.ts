/** A fenced block of markdown that nothing in its content can close: the fence is longer than any run of backticks in it. */
export function fenced(content: string, language = ""): string {
  const longest = Math.max(2, ...Array.from(content.matchAll(/`+/g), ([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${content.replace(/\n$/, "")}\n${fence}`;
}

/** The first `length` characters, and how many were left out. Never cuts a character in two. */
export function cutText(text: string, length: number): string {
  if (text.length <= length) return text;
  const end = /[\uD800-\uDBFF]/.test(text[length - 1]!) ? length - 1 : length;
  return `${text.slice(0, end)}\n[… ${text.length - end} more characters]`;
}
