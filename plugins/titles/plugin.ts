import { Ailments, Clock, definePlugin, Home, House, OwnDatabase, Routes } from "hearth";
import { z } from "zod";
import { Registry } from "./registry";
import { titleRoutes } from "./routes";
import { takeOver } from "./take-over";

export default definePlugin({
  id: "titles",
  summary: "Keeps the titles that were given to texts",
  config: z.strictObject({
    maxTitles: z.int().positive().default(100_000).describe("Titles at the most; one more is refused"),
  }),
  requires: { home: Home, house: House, clock: Clock, db: OwnDatabase },

  async setup(ctx, { home, house, clock, db }) {
    const registry = new Registry(db, clock, ctx.config.maxTitles);
    if (house.mode === "serve") {
      const ailment = await takeOver({ home, registry, clock, log: ctx.log });
      ctx.add(Ailments, { id: "titles", list: () => (ailment ? [ailment] : []) });
    }
    ctx.add(Routes, titleRoutes(registry));
  },
});
