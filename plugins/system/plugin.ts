import { Commands, definePlugin, Inspector, Routes } from "hearth";
import { graphText, listText } from "./print";
import { systemRoutes } from "./routes";

export default definePlugin({
  id: "system",
  summary: "Shows the running system, and runs its commands for the hearth program",
  requires: { inspector: Inspector },

  setup(ctx, { inspector }) {
    ctx.add(
      Routes,
      systemRoutes(inspector, () => ctx.items(Commands), ctx.signal),
    );
    ctx.add(Commands, {
      id: "list",
      usage: "",
      summary: "the plugins: state, where from, what for",
      run: (_, io) => io.print(listText(inspector.plugins())),
    });
    ctx.add(Commands, {
      id: "graph",
      usage: "",
      summary: "plugins and pipelines in order, who waits for whom, with times",
      run: (_, io) => io.print(graphText(inspector.plugins(), inspector.pipelines())),
    });
  },
});
