import type { Wall } from "hearth";
import type { Credentials } from "./headers";
import type { MainSwitch } from "./main-switch";
import type { Settings } from "./settings";

/** Whether what agents spend is counted, and limited. */
export const budgetWall = (
  { session, day, month }: Settings,
  credentials: Credentials | undefined,
  mainSwitch: MainSwitch,
): Wall => ({
  id: "budget",
  look() {
    const stopped = mainSwitch.stopped();
    if (stopped)
      return {
        state: "weak",
        what: `all spending is stopped: ${stopped.why}`,
        todo: "`hearth budget go` lets it go on",
      };
    if (!credentials)
      return {
        state: "weak",
        what: "the gateway has no key, so nobody counts what an agent with a login of its own spends",
        todo: "set ANTHROPIC_API_KEY or CLAUDE_CODE_OAUTH_TOKEN",
      };
    const open = Object.entries({ session, day, month }).flatMap(([name, { usd }]) => (usd === false ? [name] : []));
    if (open.length === 0)
      return { state: "ok", what: `$${session.usd} a session, $${day.usd} a day, $${month.usd} a month at the most` };
    return {
      state: "weak",
      what: `the money of a ${open.join(" and of a ")} has no limit`,
      todo: "set usd for it in [plugins.gateway]",
    };
  },
});
