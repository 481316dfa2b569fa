import { UsageError } from "hearth";
import type { MemoryCommand } from "hearth-plugins/memory";
import type { Atlas } from "./atlas";
import { drawing } from "./drawing";

/** `hearth memory map`: says how many works are on it; with `--svg` it prints the drawing, which the caller's program writes to FILE. */
export const mapCommand = (atlas: Atlas): MemoryCommand => ({
  id: "map",
  usage: "[--svg FILE]",
  summary: "the map of all public works; --svg FILE draws it",
  async run(args, io) {
    const wantsDrawing = args.length === 1 && args[0] === "--svg";
    if (args.length > 0 && !wantsDrawing) throw new UsageError("map takes --svg FILE or nothing");
    await atlas.refresh();
    const map = await atlas.map();
    if (wantsDrawing) return io.print(drawing(map));
    const waiting = map.waiting > 0 ? `; ${map.waiting} wait for their vectors` : "";
    io.print(`${map.works.length} works on the map${waiting}. --svg FILE draws it`);
  },
});
