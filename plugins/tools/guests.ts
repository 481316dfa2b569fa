import { randomBytes } from "node:crypto";
import type { Guest } from "./guest";

/** Of this shape, the log and the live stream take a token out of every text, though nobody keeps it. */
const tokenOf = (): string => `sk_tools_${randomBytes(32).toString("base64url")}`;
const hashOf = (token: string): string => new Bun.CryptoHasher("sha256").update(token).digest("base64");

/** Who may call tools, by the hash of their token: the token itself is known to its session alone. */
export class Guests {
  readonly #guests = new Map<string, Guest>();

  /** Lets a guest in; answers its token. */
  admit(guest: Guest): string {
    const token = tokenOf();
    this.#guests.set(hashOf(token), guest);
    return token;
  }

  find(token: string): Guest | undefined {
    return this.#guests.get(hashOf(token));
  }

  /** Its token is worth nothing from now on, and its calls end. */
  async dismiss(token: string): Promise<void> {
    const hash = hashOf(token);
    const guest = this.#guests.get(hash);
    this.#guests.delete(hash);
    await guest?.leave();
  }

  async close(): Promise<void> {
    const all = [...this.#guests.values()];
    this.#guests.clear();
    await Promise.all(all.map(guest => guest.leave()));
  }
}
