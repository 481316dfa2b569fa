import { Checks, definePlugin, Home, Routes } from "hearth";
import { z } from "zod";
import { folderCheck } from "./checks";
import { healthRoutes } from "./routes";

export default definePlugin({
  id: "health",
  summary: "Says whether Hearth lives and whether it is ready",
  config: z.strictObject({
    folders: z.array(z.string()).default(["thoughts", "dreams"]).describe("Folders of the home that must be there"),
  }),
  requires: { home: Home },

  setup(ctx, { home }) {
    const folders = ctx.config.folders.map(folder => folderCheck(`${home.path}/${folder}`));
    ctx.add(
      Routes,
      healthRoutes(() => [...folders, ...ctx.items(Checks)]),
    );
  },
});
