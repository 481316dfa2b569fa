import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const digest = (text: string) => createHash("sha256").update(text).digest();

/** The key that opens every route which is not public. Compared in constant time, whatever is sent. */
export class ServiceKey {
  readonly #digest: Buffer;

  constructor(readonly value: string) {
    this.#digest = digest(value);
  }

  /** Why a request may not pass, or nothing. */
  refusal(request: Request): string | undefined {
    const sent = request.headers.get("x-api-key");
    if (!sent) return "Missing X-API-Key header";
    return timingSafeEqual(digest(sent), this.#digest) ? undefined : "Invalid API key";
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
