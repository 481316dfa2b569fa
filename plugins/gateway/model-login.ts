import { slot, uniqueIds } from "hearth";

/** What a login holds. */
export type LoginKey =
  /** A key of the API, which is good until somebody takes it back. */
  | { readonly kind: "key"; readonly key: string }
  /** The token of a subscription, which is meant for the CLI alone. */
  | {
      readonly kind: "token";
      readonly token: string /** ms since 1970; nothing when nobody knows. */;
      readonly expiresAt?: number;
    }
  /** Somebody is logged in, but that helps nobody here: why, for people, and what to do. */
  | { readonly kind: "none"; readonly why: string };

/** A login to the API that somebody keeps for the house. */
export interface ModelLogin {
  readonly id: string;
  /** What it holds at this moment; nothing when nobody is logged in. Fast: it is asked before every call, and never throws. */
  read(): LoginKey | undefined;
  /** Has a token renewed that is over in less than five minutes; read it again afterwards. Never throws; what does not work changes nothing. */
  renew(): Promise<void>;
}

/** Logins that the gateway may show to the API where no key is configured, the first that holds something. */
export const ModelLogins = slot<ModelLogin>("gateway.logins", uniqueIds("login"));
