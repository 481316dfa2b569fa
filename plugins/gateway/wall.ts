import type { Wall } from "hearth";
import type { KeyRing } from "./key-ring";
import type { MainSwitch } from "./main-switch";
import type { Settings } from "./settings";

/** Whether what agents spend is counted, and limited. */
export const budgetWall = (
  { session, day, month }: Settings,
  keys: Pick<KeyRing, "lacks">,
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
    const lacking = keys.lacks();
    if (lacking !== undefined)
      return {
        state: "weak",
        what: `nothing can be spent: ${lacking}`,
        todo: "set ANTHROPIC_API_KEY or CLAUDE_CODE_OAUTH_TOKEN, or log in with `hearth login`",
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
