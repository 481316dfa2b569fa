import { definePlugin, Home, Routes } from "hearth";
import { FileChanged, Watches } from "hearth-plugins/watcher";
import { z } from "zod";
import { contentRoutes } from "./routes";
import { Shelf } from "./shelf";
import { ThoughtMeta } from "./thought";

const THOUGHTS = "thoughts";

export default definePlugin({
  id: "content",
  summary: "Serves what the agent wrote",
  config: z.strictObject({}),
  requires: { home: Home },

  setup(ctx, { home }) {
    const thoughts = new Shelf({
      home,
      folder: THOUGHTS,
      schema: ThoughtMeta,
      watch: () => ctx.items(Watches).find(watch => watch.sees(THOUGHTS)),
      log: ctx.log,
    });
    ctx.on(FileChanged, ({ path }) => thoughts.note(path));
    ctx.add(Routes, contentRoutes(thoughts));
  },
});
