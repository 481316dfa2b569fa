import type { Wall } from "hearth";
import { daysOf } from "./kinds";
import type { Settings } from "./settings";

/** Whether what others have written is deleted some day. */
export const deletionWall = (settings: Settings): Wall => ({
  id: "deletion",
  look() {
    const kinds = ["visitorsArchive", "moderation"] as const;
    const kept = kinds.filter(kind => daysOf(kind, settings) === false);
    if (kept.length === 0)
      return {
        state: "ok",
        what: `visitors' messages go after ${daysOf("visitorsArchive", settings)} days, the moderation audit after ${daysOf("moderation", settings)}`,
      };
    return {
      state: "weak",
      what: `what other people wrote is kept for ever: ${kept.join(", ")}`,
      todo: "set a number of days for it in [plugins.retention]",
    };
  },
});
