import type { Inspector, Wall } from "hearth";

/** Plugins that protect the house, and what it means when one does not run. They say themselves how they stand when they do. */
const guards: Readonly<Record<string, string>> = {
  gateway: "nobody counts what the agent spends, and the agent's CLI holds the key itself",
  moderation: "nobody looks at what strangers write before the agent reads it",
  retention: "nothing is deleted for its age, visitors' messages neither",
  "hook-git": "nothing keeps the history of what the agent writes and changes",
};

/** A wall for each of these plugins that does not run. */
export function offWalls(inspector: Pick<Inspector, "plugins">): Wall[] {
  const active = new Set(inspector.plugins().flatMap(({ id, state }) => (state === "active" ? [id] : [])));
  return Object.entries(guards)
    .filter(([id]) => !active.has(id))
    .map(([id, meaning]) => ({
      id,
      look: () => ({
        state: "weak",
        what: `this plugin does not run: ${meaning}`,
        todo: `turn it on: [plugins.${id}] in the config file`,
      }),
    }));
}
