import type { Wall } from "hearth";
import type { Embedder } from "./contract";
import { choose } from "./threads/choice";

/** Whether memory finds by meaning. @param wanted ids, the best first */
export const embedderWall = (wanted: readonly string[], embedders: () => readonly Embedder[]): Wall => ({
  id: "embedder",
  async look() {
    const { embedder, problem } = await choose(wanted, embedders(), new Map());
    if (embedder) return { state: "ok", what: `memory finds by words and, with ${embedder.id}, by meaning` };
    return {
      state: "weak",
      what: `memory finds by words alone (${problem})`,
      todo: "turn on embedder-use-lite, and name it in embedder of [plugins.memory]",
    };
  },
});
