import type { Seat } from "./seat";

/** What every token begins with. It looks like a key of the API, so whatever takes keys out of texts takes these as well. */
const PREFIX = "sk-ant-hearth-";

/** Who sits at the gateway, by the hash of their token: the token itself is kept nowhere. */
export class Seats {
  readonly #byHash = new Map<string, Seat>();

  /** Seats somebody. Answers the token, which nobody hears again. */
  add(seat: Seat): string {
    const token = PREFIX + Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url");
    this.#byHash.set(hashOf(token), seat);
    return token;
  }

  remove(seat: Seat): void {
    for (const [hash, other] of this.#byHash) if (other === seat) this.#byHash.delete(hash);
  }

  /** Whose token a request brings, as key or as bearer. */
  of(request: Request): Seat | undefined {
    const bearer = /^Bearer +(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
    const tokens = [request.headers.get("x-api-key"), bearer].filter(token => token?.startsWith(PREFIX));
    return tokens.map(token => this.#byHash.get(hashOf(token!))).find(seat => seat !== undefined);
  }

  all(): readonly Seat[] {
    return [...this.#byHash.values()];
  }
}

const hashOf = (token: string): string => new Bun.CryptoHasher("sha256").update(token).digest("hex");
