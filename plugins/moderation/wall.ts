import type { Wall } from "hearth";
import type { Settings } from "./settings";

/** Whether the model that judges can be asked, and for what. */
export const moderationWall = ({ content, injection, apiKey, model }: Settings): Wall => ({
  id: "moderation-key",
  look() {
    const off = [...(content ? [] : ["content"]), ...(injection ? [] : ["injection"])];
    if (off.length > 0)
      return {
        state: "weak",
        what: `messages are not screened for ${off.join(" and ")}`,
        todo: `set ${off.map(name => `${name} = true`).join(", ")} in [plugins.moderation]`,
      };
    if (apiKey !== undefined) return { state: "ok", what: `${model} judges what people write` };
    return {
      state: "weak",
      what: "there is no key, so nothing can be screened; what becomes of it then, the quarantine says",
      todo: "set ANTHROPIC_API_KEY, and look into `hearth quarantine` meanwhile",
    };
  },
});
