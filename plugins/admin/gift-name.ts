/** The text about a gift lies beside it under the gift's name with this behind it. */
export const COMPANION = ".meta.md";

/** Bytes of a file's name on every usual file system. */
const LONGEST = 255;

/** What the trees of the home do not show: nothing that is given may be hidden. */
const hiddenNames = ["node_modules", "__pycache__"];
const hiddenEndings = [".key", ".pem", ".env"];
const unprintable = /[\p{Cc}\p{Cs}\u2028\u2029]/u;

/** Whether a gift may have this name: a plain name of a file that is shown, with room for its companion, and that is no companion itself. */
export function isGiftName(name: string): boolean {
  const low = name.toLowerCase();
  return (
    !/[/\\]|\.\./.test(name) &&
    !unprintable.test(name) &&
    name.trim() !== "" &&
    !name.startsWith(".") &&
    !hiddenNames.includes(low) &&
    !hiddenEndings.some(ending => low.endsWith(ending)) &&
    !low.endsWith(COMPANION) &&
    Buffer.byteLength(name + COMPANION) <= LONGEST
  );
}
