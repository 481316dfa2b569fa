import type { Credentials } from "./headers";
import type { Settings } from "./settings";

/** The beta that goes with the token of a subscription. */
const OAUTH = "oauth-2025-04-20";

/** What is configured to be shown to the API; nothing when nothing is. A bearer token goes before a key, a key before a subscription, as with the CLI. */
export function credentialsOf({ authToken, apiKey, oauthToken }: Settings): Credentials | undefined {
  if (authToken !== undefined)
    return {
      ...{ name: "ANTHROPIC_AUTH_TOKEN", subscription: false },
      headers: { authorization: `Bearer ${authToken}` },
    };
  if (apiKey !== undefined) return ofKey(apiKey, "ANTHROPIC_API_KEY");
  return oauthToken === undefined ? undefined : ofSubscription(oauthToken, "CLAUDE_CODE_OAUTH_TOKEN");
}

/** Those of a key of the API. @param name where it comes from, for people */
export const ofKey = (key: string, name: string): Credentials => ({
  ...{ name, subscription: false },
  headers: { "x-api-key": key },
});

/** Those of a subscription's token. @param name where it comes from, for people */
export const ofSubscription = (token: string, name: string): Credentials => ({
  ...{ name, subscription: true, beta: OAUTH },
  headers: { authorization: `Bearer ${token}` },
});
