import type { Database } from "hearth";
import type { Account } from "./contract";

/** An account as it is stored. */
export interface AccountRow extends Account {
  /** Of the key that it belongs to; null for one that a person made on the command line. */
  readonly fingerprint: string | null;
  readonly passwordHash: string;
  /** ISO. A later account of the same name has another. */
  readonly registeredAt: string;
}

/** What keeps an account from being made. */
export type Clash = "key" | "name";

const columns =
  "username, display_name as displayName, fingerprint, password_hash as passwordHash, registered_at as registeredAt";

/** Who has a mailbox. */
export class Accounts {
  constructor(readonly db: Database) {}

  find(username: string): AccountRow | undefined {
    return this.#one("username", username);
  }

  ofFingerprint(fingerprint: string): AccountRow | undefined {
    return this.#one("fingerprint", fingerprint);
  }

  /** All of them, by name. */
  list(): AccountRow[] {
    return this.db.query<AccountRow, []>(`select ${columns} from account order by username`).all();
  }

  /** Adds an account, or says what it clashes with. */
  add(row: AccountRow): Clash | undefined {
    const add = this.db.transaction(() => {
      const clash = this.clashOf(row);
      if (!clash) this.insert(row);
      return clash;
    });
    return add.immediate();
  }

  clashOf({ username, fingerprint }: Pick<AccountRow, "username" | "fingerprint">): Clash | undefined {
    if (fingerprint !== null && this.ofFingerprint(fingerprint)) return "key";
    return this.find(username) ? "name" : undefined;
  }

  /** @throws what SQLite says when the name or the key has an account */
  insert({ username, displayName, fingerprint, passwordHash, registeredAt }: AccountRow): void {
    this.db
      .query(
        "insert into account (username, display_name, fingerprint, password_hash, registered_at) values (?, ?, ?, ?, ?)",
      )
      .run(username, displayName, fingerprint, passwordHash, registeredAt);
  }

  /** Replaces the hash of a password that is the same as before. Answers whether it was. */
  rehash(username: string, old: string, hash: string): boolean {
    const rehash = this.db.query("update account set password_hash = ? where username = ? and password_hash = ?");
    return rehash.run(hash, username, old).changes > 0;
  }

  /** Gives an account another password, which ends all of its sessions. */
  changePassword(username: string, hash: string): void {
    const change = this.db.transaction(() => {
      this.db.query("update account set password_hash = ? where username = ?").run(hash, username);
      this.db.query("delete from session where username = ?").run(username);
    });
    change.immediate();
  }

  /** Removes an account with its sessions and its place in the thread. */
  remove(username: string): void {
    const remove = this.db.transaction(() => {
      this.db.query("delete from given where username = ?").run(username);
      this.db.query("delete from account where username = ?").run(username);
    });
    remove.immediate();
  }

  #one(column: "username" | "fingerprint", value: string): AccountRow | undefined {
    return (
      this.db.query<AccountRow, [string]>(`select ${columns} from account where ${column} = ?`).get(value) ?? undefined
    );
  }
}
