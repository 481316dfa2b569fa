import type { KeyRing } from "./key-ring";
import type { Stopped } from "./main-switch";
import type { Settings } from "./settings";

/** What people are told of the gateway when the house starts. */
export function welcomeText(
  { session, day, month }: Settings,
  keys: Pick<KeyRing, "lacks">,
  stopped: Stopped | undefined,
): string {
  if (stopped) return `Budget      everything is stopped (${stopped.why}): bun run hearth budget go`;
  const lacking = keys.lacks();
  if (lacking !== undefined) return `Budget      nothing can be spent: ${lacking}`;
  const limit = (usd: number | false | undefined) => (typeof usd === "number" ? `$${usd}` : "any sum");
  return `Budget      ${limit(session.usd)} a session, ${limit(day.usd)} a day, ${limit(month.usd)} a month: bun run hearth budget`;
}
