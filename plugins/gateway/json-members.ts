const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/**
 * How many members the objects of a JSON text have as it is written. `JSON.parse` keeps one of two with the same name, and another reader
 * may keep the other: a text that has more members than the value that was read of it can be read in two ways.
 * @param json bytes of valid JSON
 */
export function writtenMembers(json: Buffer): number {
  let members = 0;
  for (let at = 0; at < json.length; ) {
    const string = json.indexOf(QUOTE, at);
    const end = string < 0 ? json.length : string;
    for (; at < end; at++) if (json[at] === COLON) members++;
    if (string >= 0) at = endOfString(json, string + 1);
  }
  return members;
}

/** The place after a string's closing quote. */
function endOfString(json: Buffer, from: number): number {
  for (let at = json.indexOf(QUOTE, from); at >= 0; at = json.indexOf(QUOTE, at + 1)) {
    let slashes = 0;
    while (json[at - 1 - slashes] === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return at + 1;
  }
  return json.length;
}
