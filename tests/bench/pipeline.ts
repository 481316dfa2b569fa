import { definePlugin, pipeline } from "hearth";
import { testKernel } from "hearth/testing";
import { median } from "./daemon";

/** Hook → its milliseconds and what it waits for: the shape of the fourteen hooks of a full house. */
const hooks: Record<string, readonly [ms: number, after: readonly string[]]> = {
  transcript: [30, []],
  thoughts: [20, []],
  conversation: [10, []],
  mood: [10, ["thoughts", "conversation"]],
  "visitors-archive": [5, []],
  "memory-index": [120, ["thoughts", "conversation"]],
  "compile-memory": [200, ["memory-index"]],
  graph: [60, ["memory-index"]],
  resonance: [80, ["memory-index"]],
  drift: [40, ["memory-index"]],
  mirror: [20, ["memory-index"]],
  echoes: [30, ["resonance", "drift"]],
  git: [90, ["compile-memory", "echoes", "graph", "mirror", "mood", "transcript"]],
  revalidation: [50, ["echoes", "git"]],
};

const longest = (id: string): number => hooks[id]![0] + Math.max(0, ...hooks[id]![1].map(longest));

/** How much longer a pipeline takes than its critical path (1.00 would be perfect); the waits are the timers' own, measured alike. */
export async function pipelineRatio(): Promise<{ criticalMs: number; tookMs: number; ratio: number }> {
  const Bench = pipeline<null>("bench");
  const spent = new Map<string, number>();
  const plugins = Object.entries(hooks).map(([id, [ms, after]]) =>
    definePlugin({
      id: `hook-${id}`,
      summary: id,
      setup: ctx =>
        ctx.add(Bench, {
          id,
          after,
          run: async () => {
            const from = performance.now();
            await Bun.sleep(ms);
            spent.set(id, performance.now() - from);
          },
        }),
    }),
  );
  await using app = await testKernel(plugins);
  const rounds: { tookMs: number; criticalMs: number }[] = [];
  for (let round = 0; round < 5; round++) {
    const from = performance.now();
    await app.run(Bench, null);
    const tookMs = performance.now() - from;
    const real = (id: string): number => spent.get(id)! + Math.max(0, ...hooks[id]![1].map(real));
    rounds.push({ tookMs, criticalMs: Math.max(...Object.keys(hooks).map(real)) });
  }
  const ratio = median(rounds.map(round => round.tookMs / round.criticalMs));
  return {
    criticalMs: Math.max(...Object.keys(hooks).map(longest)),
    tookMs: median(rounds.map(round => round.tookMs)),
    ratio,
  };
}
