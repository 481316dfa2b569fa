import { Clock, definePlugin, Home, House, messageOf, OwnDatabase, Routes, Settled } from "hearth";
import { Memory, MemoryCommands, MemoryProgress } from "hearth-plugins/memory";
import { PostSession } from "hearth-plugins/sessions";
import { AgentTools } from "hearth-plugins/tools";
import { FileChanged } from "hearth-plugins/watcher";
import { graphCommand } from "./command";
import { Graph } from "./contract";
import { KeptGraph } from "./graph";
import { Keeper } from "./keeper";
import { queryTool } from "./query-tool";
import { graphRoutes } from "./routes";
import { Settings } from "./settings";
import { Tables } from "./tables";

/** Changed files that are noted one by one; of more than these everything is compared. */
const MOST_NOTED = 5000;

export default definePlugin({
  id: "hook-graph",
  summary: "Knows what the works are about, and how that hangs together over time",
  config: Settings,
  requires: { home: Home, house: House, clock: Clock, memory: Memory, db: OwnDatabase },
  provides: [Graph],
  setup(ctx, { home, house, clock, memory, db }) {
    const { timeZone, mode } = house;
    const parts = {
      home,
      memory,
      db,
      clock,
      timeZone,
      tables: new Tables(db),
      halfLife: ctx.config.halfLifeDays,
    };
    const keeper = new Keeper(parts);
    const graph = new KeptGraph(parts, ctx.config);
    const noted = new Set<string>();
    let heard = 0;
    ctx.provide(Graph, graph);
    ctx.add(
      Routes,
      graphRoutes(graph, () => `${keeper.version} ${heard} ${graph.today()}`),
    );
    ctx.add(AgentTools, queryTool(graph));
    ctx.add(
      MemoryCommands,
      graphCommand(graph, async () => void (mode !== "serve" && (await keeper.all(ctx.signal)))),
    );
    ctx.add(PostSession, {
      id: "graph",
      needs: ["memory-index"],
      limit: 120,
      async run({ changed }, signal) {
        const paths = [...new Set([...changed, ...noted])];
        noted.clear();
        const some = paths.length <= MOST_NOTED;
        const { changed: works, removed, entities } = await (some ? keeper.some(paths, signal) : keeper.all(signal));
        return `${works} works read, ${removed} gone, ${entities} names weighed`;
      },
    });
    if (mode !== "serve") return;
    let waiting = false;
    const compare = () => {
      if (waiting) return;
      waiting = true;
      const begun = () => {
        waiting = false;
      };
      void ctx.track("to compare the graph with memory", keeper.all(ctx.signal, begun)).catch(error => {
        if (!ctx.signal.aborted)
          ctx.log.warn("the graph could not be brought up to date", { problem: messageOf(error) });
      });
    };
    ctx.on(FileChanged, ({ path }) => {
      if (noted.size <= MOST_NOTED) noted.add(path);
    });
    ctx.on(Settled, compare);
    ctx.on(MemoryProgress, ({ phase }) => {
      if (phase !== "done") return;
      heard++;
      compare();
    });
  },
});
