import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import {
  Ailments,
  Clock,
  Commands,
  type Context,
  definePlugin,
  Home,
  House,
  HttpError,
  messageOf,
  OwnDatabase,
  Routes,
  Settled,
  Turns,
  Walls,
} from "hearth";
import { MeaningSearches } from "hearth-plugins/search";
import { isOver, SessionChanged, SessionLists, source, WakeContext } from "hearth-plugins/sessions";
import { AgentTools } from "hearth-plugins/tools";
import { FileChanged, RememberingHome, WatchBegan, Watches } from "hearth-plugins/watcher";
import type { z } from "zod";
import { Ailing } from "./ailing";
import { memoryCommand } from "./commands/command";
import { compactCommand } from "./commands/compact-command";
import { searchCommand } from "./commands/search-command";
import { upkeepCommands } from "./commands/upkeep-commands";
import { Embedders, Memory, MemoryCommands, MemoryProgress, MemorySources, MemoryWitnesses } from "./contract";
import { echoSource, lookAhead } from "./echoes";
import { InStep } from "./in-step";
import { Ledger } from "./ledger";
import { meaningSearch } from "./meaning";
import { Remembering } from "./memory";
import { Progress } from "./progress";
import { HomeFiles } from "./reading/home-files";
import { homeSources } from "./reading/home-sources";
import { memoryRoutes } from "./routes";
import { searchTool } from "./search-tool";
import { settings } from "./settings";
import { Indexes } from "./threads/indexes";
import { embedderWall } from "./wall";

type Own = Context<z.output<typeof settings>>;

const tooMany = () =>
  new HttpError(503, "Too many questions to memory are waiting; try again in a moment", { "retry-after": "1" });

export default definePlugin({
  id: "memory",
  summary: "Remembers what the agent, its visitors and its keeper wrote, by words and by meaning",
  config: settings,
  requires: { home: Home, house: House, clock: Clock, db: OwnDatabase },
  provides: [Memory],

  setup(ctx, { home, house, clock, db }) {
    const { config, log } = ctx;
    const serve = house.mode === "serve";
    const ledger = new Ledger(db, clock);
    const sources = () => [...homeSources, ...ctx.items(MemorySources)];
    const files = () => new HomeFiles(home.path, sources());
    const indexes = new Indexes({
      ...config,
      folder: join(house.state, "memory"),
      home: home.path,
      timeZone: house.timeZone,
      wanted: config.embedder,
      embedders: () => ctx.items(Embedders),
      sources,
      ledger,
      witnesses: () => ctx.items(MemoryWitnesses),
      progress: new Progress(progress => {
        if (!ctx.signal.aborted) ctx.emit(MemoryProgress, progress);
      }, log),
      log,
      workers: config.workers ?? Math.max(1, availableParallelism() - 1),
      serve,
    });
    ctx.own(() => indexes.close());
    const memory = new Remembering({
      indexes,
      ledger,
      files,
      clock,
      waiting: new Turns(config.maxWaiting, 0, tooMany),
    });
    const ready = async () => {
      if (!serve) await indexes.answering().then(() => indexes.bring());
    };
    ctx.provide(Memory, memory);
    ctx.add(Routes, memoryRoutes(memory));
    ctx.add(MemoryCommands, searchCommand(memory, ready));
    for (const command of upkeepCommands(memory, indexes, home, ready)) ctx.add(MemoryCommands, command);
    ctx.add(MemoryCommands, compactCommand(home, clock, house.timeZone));
    ctx.add(
      Commands,
      memoryCommand(() => ctx.items(MemoryCommands)),
    );
    const remembering = new RememberingHome(home, path => ctx.items(Watches).some(watch => watch.sees(path)));
    ctx.on(FileChanged, ({ path }) => void remembering.forget(dirname(path)));
    ctx.add(WakeContext, source(echoSource(remembering, memory, config.echoes)));
    ctx.add(AgentTools, searchTool(memory));
    ctx.add(
      Walls,
      embedderWall(config.embedder, () => ctx.items(Embedders)),
    );
    ctx.add(Ailments, new Ailing(() => indexes.notes, clock));
    ctx.add(MeaningSearches, meaningSearch(memory, indexes, sources));
    if (!serve) return;
    keepInStep(ctx, indexes, ledger, files);
    if (config.echoes.count > 0)
      ctx.on(SessionChanged, ({ state }) => {
        if (isOver(state)) void ctx.track("to look ahead", lookAhead(remembering, memory)).catch(() => {}); // the wake asks by itself
      });
  },
});

/** Begins once the other plugins have started, and follows them: an embedder may come later, or go. */
function keepInStep(ctx: Own, indexes: Indexes, ledger: Ledger, files: () => HomeFiles): void {
  const { log, config } = ctx;
  const track: Own["track"] = (what, work) => ctx.track(what, work);
  const onTheirWay = () => ctx.items(SessionLists).flatMap(list => list.onTheirWay());
  const inStep = new InStep({ indexes, ledger, files, log, quiet: config.quiet * 1000, onTheirWay, track });
  ctx.own(() => inStep.stop());
  let soon: Timer | undefined;
  ctx.own(() => clearTimeout(soon));
  let begun = false;
  const settle = async () => {
    await indexes.settle();
    if (!begun) await inStep.begin();
    begun = true;
  };
  ctx.on(Settled, () => {
    clearTimeout(soon);
    soon = setTimeout(() => {
      void track("to open the index", settle()).catch(error => {
        if (!ctx.signal.aborted) log.error("memory cannot open its index", { error: messageOf(error) });
      });
    }); // the door opens first
  });
  ctx.on(SessionChanged, change => inStep.session(change));
  ctx.on(WatchBegan, () => inStep.look());
  ctx.on(FileChanged, ({ path, change }) => inStep.changed(path, change === "deleted"));
}
