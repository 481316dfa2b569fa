import type { HookStatus, PipelineStatus, PluginStatus } from "hearth";

const marks = { active: "●", waiting: "◌", failed: "✗", off: "○", starting: "…", stopping: "…" } as const;

/** The plugins, one a line. */
export function listText(plugins: readonly PluginStatus[]): string {
  const width = Math.max(...plugins.map(({ id }) => id.length));
  return plugins
    .map(({ id, state, from, summary }) =>
      [marks[state], id.padEnd(width), state.padEnd(8), from === "bundled" ? summary : `${summary}  (${from})`].join(
        "  ",
      ),
    )
    .join("\n");
}

/** Plugins in the order in which they start, then each pipeline in the order in which its hooks run. */
export function graphText(plugins: readonly PluginStatus[], pipelines: readonly PipelineStatus[]): string {
  const shown = ["plugins, providers first", ...plugins.flatMap(pluginLines)];
  for (const pipeline of pipelines) shown.push("", `pipeline ${pipeline.id}`, ...pipelineLines(pipeline));
  return shown.join("\n");
}

function pluginLines({ id, state, ms, requires, holds, error }: PluginStatus): string[] {
  const time = ms === null ? "" : `${ms} ms`;
  const from = [...new Set(requires.map(({ by, service }) => by ?? `nobody (${service})`))].filter(
    by => by !== "kernel",
  );
  const line = [
    `  ${marks[state]} ${id}`.padEnd(28),
    time.padStart(9),
    ...(from.length > 0 ? [`waits for ${from.join(", ")};`] : []),
    Object.entries(holds)
      .map(([slot, count]) => `${count} in ${slot}`)
      .join(", "),
  ].join("  ");
  return error ? [line, `      ${error.replaceAll("\n", "\n      ")}`] : [line];
}

function pipelineLines({ hooks }: PipelineStatus): string[] {
  const all = hooks.map(({ id }) => id);
  return levels(hooks).flatMap((group, level) => levelLines(group, level, all));
}

/** Hooks that can run side by side, level by level. */
function levels(hooks: readonly HookStatus[]): HookStatus[][] {
  const level = new Map<string, number>();
  for (const hook of hooks) {
    const before = [...hook.needs, ...hook.after].map(id => level.get(id) ?? -1);
    level.set(hook.id, Math.max(-1, ...before) + 1);
  }
  return Object.values(Object.groupBy(hooks, hook => level.get(hook.id)!)).map(group => group ?? []);
}

function levelLines(hooks: readonly HookStatus[], level: number, all: readonly string[]): string[] {
  return hooks.map(({ id, needs, after, limit, last }) => {
    const present = after.filter(name => all.includes(name));
    const rules = [
      ...(needs.length > 0 ? [`needs ${needs.join(", ")}`] : []),
      ...(present.length > 0 ? [`after ${present.join(", ")}`] : []),
    ];
    const time = last ? `${last.state === "done" ? "" : `${last.state} `}${last.ms} ms` : "not run yet";
    return `  ${level + 1}  ${id.padEnd(20)} ${time.padStart(16)} of ${limit} s  ${rules.join("; ")}`.trimEnd();
  });
}
