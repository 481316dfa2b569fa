/** UTF-16 units of a message at the most, as Telegram counts. */
export const MOST = 4096;
/** Room for the end of a block of code that is cut. */
const ROOM = 16;

/**
 * Cuts a text into messages: at the end of a line, else between two words, else between two characters. A block of code that is cut
 * is closed and opened again. Blank lines around a part are left out; of a text that is nothing else, nothing is left.
 * @param most UTF-16 units
 */
export function split(text: string, most = MOST): string[] {
  const parts: string[] = [];
  let rest = trimmed(text.replace(/\r\n?/g, "\n"));
  while (rest.length > most) {
    let end = cutAt(rest, most);
    const fence = openFence(rest.slice(0, end));
    if (fence) end = cutAt(rest, most - ROOM);
    const head = rest.slice(0, end).trimEnd();
    parts.push(fence ? `${head}\n${fence.marker}` : head);
    const tail = fence ? rest.slice(end).replace(/^\n/, "") : trimmed(rest.slice(end).replace(/^ /, ""));
    rest = fence && tail.trim() ? `${fence.opening}\n${tail}` : tail;
  }
  return [...parts, rest].filter(part => part.trim());
}

const trimmed = (text: string) => text.replace(/^(?:[^\S\n]*\n)+/, "").trimEnd();

/** Where the first part of a text ends that is too long. Never so early that the parts would not get fewer. */
function cutAt(text: string, most: number): number {
  const line = text.lastIndexOf("\n", most);
  if (line > most / 2) return line;
  const word = text.lastIndexOf(" ", most);
  if (word > most / 2) return word;
  const apart = /[\uD800-\uDBFF]/.test(text[most - 1]!); // half of a character
  return apart ? most - 1 : most;
}

interface Fence {
  readonly opening: string;
  readonly marker: string;
}

/** The block of code that a text leaves open. */
function openFence(text: string): Fence | undefined {
  let open: Fence | undefined;
  for (const [, marker = "", language = ""] of text.matchAll(/^ {0,3}(`{3,10}|~{3,10})(?:([\w+#-]{1,20})(?=\s|$))?/gm))
    if (!open) open = { opening: marker + language, marker };
    else if (marker.startsWith(open.marker)) open = undefined;
  return open;
}
