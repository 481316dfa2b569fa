/**
 * Knows which records of a source's files are of those whom they name: whoever may write a file of the home can put any name to a record
 * of it. What a person did not write is not remembered as theirs.
 */
export interface MemoryWitness {
  /** The source's: "mailbox". */
  readonly id: string;
  /**
   * Of a file of one record a line: hashes (`recordHash`) of those that are of the person whom they name. Nothing for a file of which it
   * does not know: all of that is believed, as where there is no witness. What the agent wrote needs none.
   * @param path relative to the home
   */
  records(path: string): readonly string[] | undefined;
}

/** By which a record is known: of its line as text, without what is blank around it. */
export const recordHash = (line: string): string =>
  new Bun.CryptoHasher("sha256").update(line.trim()).digest("base64url");
