import { createHmac } from "node:crypto";
import type { Sender } from "./contract";

/** The keys of those whom the owner trusts, known by their fingerprints: no key is compared, kept or told. */
export class KeyRing {
  readonly #secret: Uint8Array;
  readonly #trusted: ReadonlySet<string>;

  /** @param secret what the fingerprints are made with */
  constructor(secret: Uint8Array, keys: readonly string[]) {
    this.#secret = secret;
    this.#trusted = new Set(keys.map(key => this.fingerprintOf(key)));
  }

  get any(): boolean {
    return this.#trusted.size > 0;
  }

  find(authorization: string): Sender | undefined {
    const fingerprint = this.fingerprintOf(authorization.replace(/^Bearer /, ""));
    return this.trusts(fingerprint) ? { fingerprint } : undefined;
  }

  trusts(fingerprint: string): boolean {
    return this.#trusted.has(fingerprint);
  }

  /** HMAC-SHA256 of the key without blanks around it, in hex. */
  fingerprintOf(key: string): string {
    return createHmac("sha256", this.#secret).update(key.trim()).digest("hex");
  }
}
