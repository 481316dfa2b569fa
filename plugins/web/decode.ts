/** Bytes of a page in which it may say its own charset. */
const HEAD = 2048;

/** A page's text: in the charset of its mark, of its header, or of its own head; what nobody knows is read as UTF-8. */
export function decode(bytes: Uint8Array, contentType: string): string {
  const said = markOf(bytes) ?? charsetIn(contentType) ?? charsetIn(headOf(bytes)) ?? "utf-8";
  return decoderFor(said).decode(bytes);
}

function markOf([a, b, c]: Uint8Array): string | undefined {
  if (a === 0xef && b === 0xbb && c === 0xbf) return "utf-8";
  if (a === 0xfe && b === 0xff) return "utf-16be";
  return a === 0xff && b === 0xfe ? "utf-16le" : undefined;
}

const charsetIn = (text: string): string | undefined => /charset\s*=\s*["']?\s*([\w.:-]{1,40})/i.exec(text)?.[1];

const headOf = (bytes: Uint8Array): string => new TextDecoder("latin1").decode(bytes.subarray(0, HEAD));

function decoderFor(label: string): { decode(bytes: Uint8Array): string } {
  try {
    return new TextDecoder(label as "utf-8");
  } catch {
    return new TextDecoder();
  }
}
