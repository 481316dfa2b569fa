import { Ailments, Clock, definePlugin, Home, House, Routes, Settled } from "hearth";
import { z } from "zod";
import { Manifest } from "./manifest";
import { echoRoutes } from "./routes";

export default definePlugin({
  id: "echoes",
  summary: "Says which pages sound like a page",
  config: z.strictObject({
    maxBytes: z
      .int()
      .positive()
      .default(32 * 1024 * 1024)
      .describe("Bytes the manifest may have; a larger one is not read"),
    maxEchoes: z.int().positive().default(100).describe("Echoes of one page that are answered at the most"),
  }),
  requires: { home: Home, house: House, clock: Clock },

  setup(ctx, { home, house, clock }) {
    const manifest = new Manifest({ home, clock, log: ctx.log, ...ctx.config });
    ctx.add(Ailments, { id: "echoes", list: () => manifest.ailments });
    ctx.add(Routes, echoRoutes(manifest));
    if (house.mode === "serve") ctx.on(Settled, () => manifest.refresh());
  },
});
