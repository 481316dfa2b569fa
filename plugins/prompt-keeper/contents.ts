import type { Database } from "hearth";

/** Contents of files, each once, by its hash. */
export class Contents {
  constructor(readonly db: Database) {}

  /** Keeps it, and answers its hash. */
  put(bytes: Uint8Array): string {
    const hash = hashOf(bytes);
    this.db.run("insert or ignore into content (hash, bytes) values (?, ?)", [hash, bytes]);
    return hash;
  }

  /** @throws Error when it is not there */
  get(hash: string): Uint8Array {
    const row = this.db.query<{ bytes: Uint8Array }, [string]>("select bytes from content where hash = ?").get(hash);
    if (!row) throw new Error(`the content ${hash} is not in the database of prompt-keeper`);
    return row.bytes;
  }

  /** Forgets what nobody names any more. */
  sweep(): void {
    this.db.run(
      "delete from content where hash not in (select hash from version union select hash from guarded where hash is not null)",
    );
  }
}

/** SHA-256, in hex. */
export const hashOf = (bytes: Uint8Array): string => new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
