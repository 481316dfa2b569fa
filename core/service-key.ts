import { randomBytes, timingSafeEqual } from "node:crypto";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const encoder = new TextEncoder();

/** The key that opens every route which is not public. Compared in a time that tells nothing but whether its length is right. */
export class ServiceKey {
  readonly #bytes: Uint8Array;
  /** One byte longer than the key, so that a longer one never looks like it. */
  readonly #sent: Uint8Array;

  constructor(readonly value: string) {
    this.#bytes = encoder.encode(value);
    this.#sent = new Uint8Array(this.#bytes.length + 1);
  }

  /** Why a request may not pass, or nothing. */
  refusal(request: Request): string | undefined {
    const sent = request.headers.get("x-api-key");
    if (!sent) return "Missing X-API-Key header";
    return this.opens(sent) ? undefined : "Invalid API key";
  }

  /** Whether a text is the key. */
  opens(sent: string): boolean {
    const { read, written } = encoder.encodeInto(sent, this.#sent);
    if (read !== sent.length || written !== this.#bytes.length) return false;
    return timingSafeEqual(this.#sent.subarray(0, written), this.#bytes);
  }
}

/** The file of the state folder that keeps a generated key. */
export const keyFile = (state: string): string => join(state, "api.key");

/** The key of the environment (`API_KEY`); else the one kept in the state folder; else a new one, kept there with mode 0600. */
export function serviceKey(state: string, env: Readonly<Record<string, string | undefined>>): ServiceKey {
  if (env["API_KEY"]) return new ServiceKey(env["API_KEY"]);
  const file = keyFile(state);
  const kept = () => (existsSync(file) ? readFileSync(file, "utf8").trim() : "");
  if (!kept()) writeFileSync(file, `hearth_${randomBytes(24).toString("base64url")}\n`, { mode: 0o600 });
  chmodSync(file, 0o600);
  return new ServiceKey(kept());
}
