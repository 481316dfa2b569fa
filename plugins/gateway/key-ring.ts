import type { Secrets } from "hearth";
import { Refused } from "./api-error";
import { credentialsOf, ofKey, ofSubscription } from "./credentials";
import type { Credentials } from "./headers";
import type { LoginKey, ModelLogin } from "./model-login";
import type { Settings } from "./settings";

export interface KeyRingOptions {
  readonly settings: Settings;
  /** Those of the moment. */
  readonly logins: () => readonly ModelLogin[];
  readonly secrets: Pick<Secrets, "add">;
}

type Token = LoginKey & { readonly kind: "token" };

/** ms before its end from which a token is renewed: less than the five minutes from which a login renews one. */
const SOON = 4 * 60_000;
/** ms after a renewal that brought nothing until the next try. */
const PAUSE = 60_000;

const NOTHING =
  'there is no key and no login; set ANTHROPIC_API_KEY or CLAUDE_CODE_OAUTH_TOKEN, or log in with "hearth login"';

/**
 * What the house shows to the API: what is configured, else what a login holds at the moment of each call.
 * The end of a token is one of real time, so the house's clock has no say in it.
 */
export class KeyRing {
  readonly #options: KeyRingOptions;
  readonly #configured: Credentials | undefined;
  #renewing: Promise<void> | undefined;
  /** When a renewal brought nothing the last time. */
  #failedAt = Number.NEGATIVE_INFINITY;

  constructor(options: KeyRingOptions) {
    this.#options = options;
    this.#configured = credentialsOf(options.settings);
  }

  /** Why there is nothing to show, for people; nothing when there is something, or will be once it is renewed. */
  lacks(): string | undefined {
    if (this.#configured) return;
    const held = this.#login()?.held;
    if (!held) return NOTHING;
    if (held.kind === "none") return held.why;
    return held.kind === "token" && left(held) <= 0 && !this.#mayRenew() ? OVER : undefined;
  }

  /** The same for what the house itself asks: a subscription is for the agent's CLI alone. */
  lacksForHouse(): string | undefined {
    const held = this.#configured ? undefined : this.#login()?.held;
    if (this.#configured ? !this.#configured.subscription : held?.kind === "key") return;
    const other = this.#configured ?? held;
    return `there is no ANTHROPIC_API_KEY${other ? "; the token of a subscription is for the agent's CLI alone" : ""}`;
  }

  /** @throws Refused */
  async credentials(): Promise<Credentials> {
    if (this.#configured) return this.#configured;
    const held = await this.#fresh();
    if (held?.kind === "key") return this.#known(held.key, ofKey(held.key, "the login's key"));
    if (held?.kind === "token" && left(held) > 0)
      return this.#known(held.token, ofSubscription(held.token, "the login"));
    throw new Refused("authentication_error", this.lacks() ?? OVER);
  }

  /** What the login holds, renewed where that is due. */
  async #fresh(): Promise<LoginKey | undefined> {
    const login = this.#login();
    if (login?.held.kind !== "token" || left(login.held) > SOON || !this.#mayRenew()) return login?.held;
    this.#renewing ??= this.#renew(login.by).finally(() => (this.#renewing = undefined));
    await this.#renewing;
    return this.#login()?.held;
  }

  async #renew(login: ModelLogin): Promise<void> {
    await login.renew();
    const held = login.read();
    if (held?.kind === "token" && left(held) <= SOON) this.#failedAt = performance.now();
  }

  #mayRenew(): boolean {
    return performance.now() - this.#failedAt > PAUSE;
  }

  #login(): { readonly by: ModelLogin; readonly held: LoginKey } | undefined {
    for (const by of this.#options.logins()) {
      const held = by.read();
      if (held) return { by, held };
    }
    return;
  }

  #known(secret: string, credentials: Credentials): Credentials {
    this.#options.secrets.add(secret);
    return credentials;
  }
}

const OVER =
  'the login has expired, and could not be renewed just now; if that stays so, log in again with "hearth login"';

/** ms that a token is good for. */
const left = ({ expiresAt }: Token): number => (expiresAt ?? Number.POSITIVE_INFINITY) - Date.now();
