import { Clock, definePlugin, House, OwnDatabase, Routes, Settled } from "hearth";
import { Content, PageChanged } from "hearth-plugins/content";
import { Memory, MemoryCommands, MemoryProgress } from "hearth-plugins/memory";
import { z } from "zod";
import { Atlas } from "./atlas";
import { mapCommand } from "./commands";
import { layOut } from "./lay-out";
import { Places } from "./places";
import { mapRoutes } from "./routes";

export default definePlugin({
  id: "memory-map",
  summary: "Lays all public works out in a plane, those close in meaning close together",
  config: z.strictObject({
    quiet: z
      .number()
      .nonnegative()
      .max(3600)
      .default(10)
      .describe("Seconds without another change after which the map is made anew"),
  }),
  requires: { memory: Memory, content: Content, house: House, clock: Clock, db: OwnDatabase },

  setup(ctx, { memory, content, house, clock, db }) {
    const { log, signal } = ctx;
    const atlas = new Atlas({ memory, content, places: new Places(db), layOut, clock, log, signal });
    ctx.add(Routes, mapRoutes(atlas));
    ctx.add(MemoryCommands, mapCommand(atlas));
    if (house.mode !== "serve") return;

    let callOff = () => {};
    ctx.own(() => callOff());
    const after = (seconds: number) => {
      callOff();
      const when = new Date(clock.now().getTime() + seconds * 1000);
      callOff = clock.at(when, () => ctx.track("to make the map", atlas.tryRefresh()));
    };
    const soon = () => after(atlas.exists ? ctx.config.quiet : 0); // whoever asks for the first one waits for it
    ctx.on(Settled, soon);
    ctx.on(PageChanged, () => after(ctx.config.quiet));
    ctx.on(MemoryProgress, ({ phase }) => {
      if (phase === "done") soon();
    });
  },
});
