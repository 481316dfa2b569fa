import { Ailments, Commands, definePlugin, Inspector, Routes } from "hearth";
import { graphText, listText } from "./print";
import { problemsOf, problemsText } from "./problems";
import { systemRoutes } from "./routes";

export default definePlugin({
  id: "system",
  summary: "Shows the running system, and runs its commands for the hearth program",
  requires: { inspector: Inspector },

  setup(ctx, { inspector }) {
    ctx.add(
      Routes,
      systemRoutes({
        inspector,
        commands: () => ctx.items(Commands),
        ailments: () => ctx.items(Ailments),
        signal: ctx.signal,
      }),
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
    ctx.add(Commands, {
      id: "problems",
      usage: "",
      summary: "what in the home cannot be used as it is",
      run: (_, io) => io.print(problemsText(problemsOf(ctx.items(Ailments)))),
    });
  },
});
