import type { Wall } from "hearth";
import type { Asker } from "hearth-plugins/gateway";
import type { Settings } from "./settings";

/** Whether the model that judges can be asked, and for what. */
export const moderationWall = ({ content, injection, model }: Settings, asker: Asker): Wall => ({
  id: "moderation-key",
  look() {
    const off = [...(content ? [] : ["content"]), ...(injection ? [] : ["injection"])];
    if (off.length > 0)
      return {
        state: "weak",
        what: `messages are not screened for ${off.join(" and ")}`,
        todo: `set ${off.map(name => `${name} = true`).join(", ")} in [plugins.moderation]`,
      };
    const lacking = asker.lacks();
    if (lacking !== undefined)
      return {
        state: "weak",
        what: `nothing can be screened: ${lacking}; what becomes of it then, the quarantine says`,
        todo: "set ANTHROPIC_API_KEY, and look into `hearth quarantine` meanwhile",
      };
    if (asker.isCounted) return { state: "ok", what: `${model} judges what people write, within the house's budgets` };
    return {
      state: "weak",
      what: `${model} judges what people write, and nobody counts what that costs`,
      todo: "turn the gateway on",
    };
  },
});
