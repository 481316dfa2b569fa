import { Clock, Commands, definePlugin, Home, House, OwnDatabase, Routes } from "hearth";
import { Memory, MemoryProgress } from "hearth-plugins/memory";
import { PostSession } from "hearth-plugins/sessions";
import { AgentTools } from "hearth-plugins/tools";
import { z } from "zod";
import { resonanceCommand } from "./commands";
import { Resonances } from "./contract";
import { FileBook } from "./file-book";
import { Finder } from "./finder";
import { PairBook } from "./pair-book";
import { Report } from "./report";
import { resonanceRoutes } from "./routes";
import { Seeker } from "./seeker";
import { todayTool } from "./today-tool";

/** Seconds for everything but the comparisons. */
const REST = 120;

export default definePlugin({
  id: "hook-resonance",
  summary: "Finds passages of different works that say something alike, after each session",
  config: z.strictObject({
    least: z.number().min(0).max(1).default(0.7).describe("Similarity of a pair at the least, 0 to 1"),
    acrossTypes: z.boolean().default(true).describe("Only pairs of works of different types"),
    most: z.int().positive().max(200).default(20).describe("Pairs that are told after one session at the most"),
    seconds: z
      .number()
      .positive()
      .max(3600)
      .default(2)
      .describe("Seconds that the comparison may take after one session; the next goes on with it"),
  }),
  requires: { home: Home, house: House, clock: Clock, memory: Memory, db: OwnDatabase },
  provides: [Resonances],

  setup(ctx, { home, house, clock, memory, db }) {
    const { least, acrossTypes, most, seconds } = ctx.config;
    const { timeZone } = house;
    const pairs = new PairBook(db);
    const seeker = new Seeker({ memory, files: new FileBook(db), pairs, least, acrossTypes });
    const changed = () => report.forget();
    const finder = new Finder({ home, memory, pairs, seeker, clock, timeZone, most, changed });
    const report = new Report(memory, pairs, () => finder.day);
    ctx.provide(Resonances, finder);
    ctx.add(PostSession, {
      id: "resonance",
      needs: ["memory-index"],
      limit: seconds + REST,
      run: (session, signal) => finder.discover(session.changed, signal, seconds),
    });
    ctx.add(Routes, resonanceRoutes(report));
    ctx.add(Commands, resonanceCommand(finder));
    ctx.add(AgentTools, todayTool(finder));
    ctx.on(MemoryProgress, changed);
  },
});
