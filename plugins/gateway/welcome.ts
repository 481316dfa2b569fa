import type { Credentials } from "./headers";
import type { Stopped } from "./main-switch";
import type { Settings } from "./settings";

/** What people are told of the gateway when the house starts. */
export function welcomeText(
  { session, day, month }: Settings,
  credentials: Credentials | undefined,
  stopped: Stopped | undefined,
): string {
  if (stopped) return `Budget      everything is stopped (${stopped.why}): bun run hearth budget go`;
  if (!credentials)
    return "Budget      not kept: there is no key for the gateway, so an agent uses a login of its own and counts by itself";
  const limit = (usd: number | false | undefined) => (typeof usd === "number" ? `$${usd}` : "any sum");
  return `Budget      ${limit(session.usd)} a session, ${limit(day.usd)} a day, ${limit(month.usd)} a month: bun run hearth budget`;
}
