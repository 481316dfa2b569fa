import { type Clock, HttpError, householdOf, notFound } from "hearth";
import type { Limit, Limits, Sender, Senders } from "hearth-plugins/letterbox";
import type { AccountRow, Accounts } from "./accounts";
import type { Caller, Gate } from "./gate";
import { InTurn } from "./in-turn";
import type { Logins } from "./logins";
import { newPassword, type Passwords, usernameIn } from "./passwords";

export interface ReceptionOptions {
  readonly accounts: Accounts;
  readonly logins: Logins;
  readonly passwords: Passwords;
  readonly gate: Gate;
  readonly senders: Senders;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly reserved: ReadonlySet<string>;
  /** Whether a thread lies in the home under a name: it is somebody's. */
  readonly hasThread: (username: string) => Promise<boolean>;
  /** Takes the thread of a new account as it is. */
  readonly look: (username: string) => Promise<unknown>;
  readonly makeFolder: (username: string) => Promise<unknown>;
  /** Failed logins in 15 minutes. */
  readonly loginFailures: number;
  /** Registrations and resets in an hour. */
  readonly keyTries: number;
}

/** Accounts of which one household may fail as often as it may before it is let in to none: more than any that is no attack. */
const MOST_ACCOUNTS = 20;

/** Gives people their accounts, and lets them in. */
export class Reception {
  readonly #logins = new InTurn();
  readonly #failures: Limit;
  /** Of a household with all accounts that it names: each try costs a hash, whether there is such an account or not. */
  readonly #guesses: Limit;
  readonly #tries: Limit;
  readonly #keys: Limit;

  constructor(readonly options: ReceptionOptions) {
    const tooMany = "Too many attempts. Try again later.";
    const hour = { most: options.keyTries, seconds: 3600, detail: tooMany };
    this.#tries = { id: "mailbox.keys.address", ...hour };
    this.#keys = { id: "mailbox.keys", ...hour };
    const failures = { seconds: 900, detail: "Too many failed login attempts. Try again later." };
    this.#failures = { id: "mailbox.login", most: options.loginFailures, ...failures };
    this.#guesses = { id: "mailbox.login.address", most: options.loginFailures * MOST_ACCOUNTS, ...failures };
  }

  /** Makes an account for the key that asks. Answers its password, which is told nowhere else. @throws HttpError 401, 409, 429 */
  async register(authorization: string, address: string, name: { username: string; displayName: string }) {
    const { fingerprint } = this.#senderOf(authorization, address);
    this.#refuseClash({ username: name.username, fingerprint });
    if (await this.options.hasThread(name.username)) throw nameTaken();
    const { account, password } = await this.create(name, fingerprint);
    return { account, password };
  }

  /** Makes an account; one without a fingerprint belongs to no key. @throws HttpError 409 */
  async create(
    { username, displayName }: { username: string; displayName: string },
    fingerprint: string | null,
  ): Promise<{ account: AccountRow; password: string }> {
    const password = newPassword(username);
    await this.options.makeFolder(username);
    const account = {
      username,
      displayName,
      fingerprint,
      passwordHash: await this.options.passwords.hash(password),
      registeredAt: this.options.clock.now().toISOString(),
    };
    const clash = this.options.accounts.add(account);
    if (clash) throw clashes[clash]();
    await this.options.look(username); // what comes from now on is theirs only when Hearth wrote it
    return { account, password };
  }

  /** Gives the account of a key another password, and ends its sessions. @throws HttpError 401, 404, 429 */
  async resetOf(authorization: string, address: string): Promise<{ username: string; password: string }> {
    const { fingerprint } = this.#senderOf(authorization, address);
    const account = this.options.accounts.ofFingerprint(fingerprint);
    if (!account) throw notFound("Not registered for mailbox");
    return { username: account.username, password: await this.reset(account.username) };
  }

  async reset(username: string): Promise<string> {
    const password = newPassword(username);
    this.options.accounts.changePassword(username, await this.options.passwords.hash(password));
    return password;
  }

  /** Lets in whoever knows a password. @throws HttpError 401, 429, 503 */
  async logIn(password: string, address: string): Promise<{ account: AccountRow; token: string }> {
    const account = await this.#verified(password, address);
    const token = this.options.logins.begin(account.username, account.passwordHash);
    if (token === undefined) throw wrongPassword(); // it was changed while it was verified
    return { account, token };
  }

  /** @throws HttpError 401 when a password is not the one of a caller's account, 429, 503 */
  async confirm({ account }: Caller, password: string, address: string): Promise<void> {
    const { username } = await this.#verified(password, address);
    if (username !== account.username) throw wrongPassword();
  }

  /** The account of a password. Tries for one account from one household wait for each other: many at once are no more than many in turn. */
  #verified(password: string, address: string): Promise<AccountRow> {
    const username = usernameIn(password);
    const household = householdOf(address);
    const key = `${household} ${username ?? "-"}`;
    const { limits } = this.options;
    const check = () => {
      limits.check(this.#failures, key);
      limits.check(this.#guesses, household);
    };
    check();
    return this.#logins.run(key, async () => {
      check();
      const account = username === undefined ? undefined : this.options.accounts.find(username);
      const right = username !== undefined && (await this.options.passwords.verify(password, account?.passwordHash));
      if (account && right && this.options.gate.mayWrite(account)) return this.#upToDate(account, password);
      limits.count(this.#failures, key);
      limits.count(this.#guesses, household);
      throw wrongPassword();
    });
  }

  /** A hash of another system gives way to one of ours as soon as its password is known. */
  async #upToDate(account: AccountRow, password: string): Promise<AccountRow> {
    const { passwords, accounts } = this.options;
    if (!passwords.isOld(account.passwordHash)) return account;
    const passwordHash = await passwords.hash(password);
    return accounts.rehash(account.username, account.passwordHash, passwordHash)
      ? { ...account, passwordHash }
      : account;
  }

  /** Every try counts for its household, whether the key is right or not. */
  #senderOf(authorization: string, address: string): Sender {
    this.options.limits.count(this.#tries, householdOf(address));
    const sender = this.options.senders.find(authorization);
    if (!sender) throw new HttpError(401, "Invalid API key");
    this.options.limits.count(this.#keys, sender.fingerprint);
    return sender;
  }

  #refuseClash(wanted: Pick<AccountRow, "username" | "fingerprint">): void {
    const clash = this.options.accounts.clashOf(wanted);
    if (clash) throw clashes[clash]();
    if (this.options.reserved.has(wanted.username)) throw nameTaken();
  }
}

const wrongPassword = () => new HttpError(401, "Invalid password");
const nameTaken = () => new HttpError(409, "Username already taken");
const clashes = {
  key: () => new HttpError(409, "API key already registered"),
  name: nameTaken,
};
