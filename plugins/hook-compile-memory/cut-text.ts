/** The beginning of a text that fits into so many UTF-16 units, cut at the end of a line or of a word where there is one, and never within a character. */
export function cutText(text: string, room: number): string {
  if (text.length <= room) return text;
  const start = text.slice(0, Math.max(0, room));
  const at = [start.lastIndexOf("\n"), start.lastIndexOf(" ")].find(end => end > room / 2);
  const cut = at === undefined ? start : start.slice(0, at);
  return isHigh(cut.charCodeAt(cut.length - 1)) ? cut.slice(0, -1) : cut;
}

/** The first half of a pair. */
const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
