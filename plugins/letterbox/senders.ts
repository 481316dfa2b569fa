import type { Allowance } from "./allowance";
import type { Place, Sender, Senders } from "./contract";
import type { KeyRing } from "./key-ring";

/** Those whom the owner trusts, and what they may send. */
export class TrustedSenders implements Senders {
  constructor(
    readonly ring: KeyRing,
    readonly allowance: Allowance,
  ) {}

  get any(): boolean {
    return this.ring.any;
  }
  find(authorization: string): Sender | undefined {
    return this.ring.find(authorization);
  }
  trusts(fingerprint: string): boolean {
    return this.ring.trusts(fingerprint);
  }
  fingerprintOf(key: string): string {
    return this.ring.fingerprintOf(key);
  }
  reserve(sender: Sender): Place {
    return this.allowance.reserve(sender);
  }
}
