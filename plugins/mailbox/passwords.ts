import { HttpError, heavyWork, Turns } from "hearth";

/**
 * A password has 128 random bits, which nobody guesses however fast the hash is. So it costs what OWASP asks at the least for argon2id
 * (19 MiB, 2 passes; about 40 ms of one core) and a login stays well under 100 ms.
 */
const COST = { algorithm: "argon2id", memoryCost: 19_456, timeCost: 2 } as const;

/** Verifications at a time, away from the main thread, where there are cores enough, and how many more may wait. */
const AT_ONCE = 2;
const MAY_WAIT = 32;

const tooMany = () => new HttpError(503, "Too many are at the door. Try again in a moment.", { "retry-after": "2" });

/** A new password of an account: it names its account, so that one hash is looked at. */
export const newPassword = (username: string): string => `mb_${username}_${randomHex(16)}`;

/** A new token of a session. */
export const newToken = (): string => `ses_${randomHex(32)}`;

/** The account that a password names; nothing for what no password looks like. */
export const usernameIn = (password: string): string | undefined =>
  /^mb_([a-z0-9-]{2,20})_[0-9a-f]{32}$/.exec(password)?.[1];

/** SHA-256 as hex: how tokens are stored. */
export const sha256 = (text: string): string => new Bun.CryptoHasher("sha256").update(text).digest("hex");

const randomHex = (bytes: number): string => Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString("hex");

/** Hashes and verifies passwords, off the main thread, a few at a time. */
export class Passwords {
  readonly #turns = new Turns(AT_ONCE, MAY_WAIT, tooMany);
  #nobody: Promise<string> | undefined;

  /** @throws HttpError 503 when too many wait, as the others here */
  hash(password: string): Promise<string> {
    return this.#turns.take(() => heavyWork(() => Bun.password.hash(password, COST)));
  }

  /** Whether a password is the one of a hash. Without a hash it takes as long, and is not. */
  async verify(password: string, hash: string | undefined): Promise<boolean> {
    const known = hash ?? (await this.#hashOfNobody());
    const right = await this.#turns.take(() => heavyWork(() => verified(password, known)));
    return right && hash !== undefined;
  }

  /** Whether a hash is of another system, or of another cost than new ones. */
  isOld(hash: string): boolean {
    return !hash.startsWith(`$argon2id$v=19$m=${COST.memoryCost},t=${COST.timeCost},`);
  }

  #hashOfNobody(): Promise<string> {
    this.#nobody ??= this.hash(newToken());
    this.#nobody.catch(() => {
      this.#nobody = undefined;
    });
    return this.#nobody;
  }
}

/** bcrypt knows the first 72 bytes only; Bun would digest a longer password first, other systems cut it. No password of ours is as long. */
const verified = (password: string, hash: string): Promise<boolean> =>
  Bun.password.verify(hash.startsWith("$2") ? Buffer.from(password).subarray(0, 72) : password, hash);
