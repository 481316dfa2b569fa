import { Checks, definePlugin, Home, Routes } from "hearth";
import { z } from "zod";
import { canBeRead } from "./checks";
import { healthRoutes } from "./routes";

export default definePlugin({
  id: "health",
  summary: "Says whether Hearth lives and whether it is ready",
  config: z.strictObject({
    folders: z.array(z.string()).default(["thoughts", "dreams"]).describe("Folders of the home that must be there"),
  }),
  requires: { home: Home },

  setup(ctx, { home }) {
    for (const folder of ctx.config.folders)
      ctx.add(Checks, { id: `dir:${home.path}/${folder}`, run: () => canBeRead(`${home.path}/${folder}`) });
    ctx.add(
      Routes,
      healthRoutes(() => ctx.items(Checks)),
    );
  },
});
