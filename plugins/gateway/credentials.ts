import type { Credentials } from "./headers";
import type { Settings } from "./settings";

/** The beta that goes with the token of a subscription. */
const OAUTH = "oauth-2025-04-20";

/** What the house shows to the API; nothing when it has nothing. A bearer token goes before a key, a key before a subscription, as with the CLI. */
export function credentialsOf({ authToken, apiKey, oauthToken }: Settings): Credentials | undefined {
  if (authToken !== undefined)
    return { name: "ANTHROPIC_AUTH_TOKEN", headers: { authorization: `Bearer ${authToken}` } };
  if (apiKey !== undefined) return { name: "ANTHROPIC_API_KEY", headers: { "x-api-key": apiKey } };
  if (oauthToken === undefined) return;
  return { name: "CLAUDE_CODE_OAUTH_TOKEN", headers: { authorization: `Bearer ${oauthToken}` }, beta: OAUTH };
}
