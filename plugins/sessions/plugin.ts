import {
  Checks,
  Clock,
  Commands,
  type Context,
  definePlugin,
  Home,
  House,
  Inspector,
  OwnDatabase,
  Routes,
  Schedules,
  Secrets,
  Settled,
  Templates,
  Walls,
  Welcomes,
} from "hearth";
import { chooseAgent } from "./choose-agent";
import { sessionCommands } from "./commands";
import {
  AgentRuntimes,
  Messengers,
  Outfitters,
  PostSession,
  SessionChanged,
  SessionLists,
  Sessions,
  ToolViews,
  WakeContext,
} from "./contract";
import { Ended } from "./deadline";
import { Desk } from "./desk";
import { Live } from "./live";
import { OutsideFiles } from "./outside-files";
import { Queue } from "./queue";
import { sessionRoutes } from "./routes";
import { type Settings, settings } from "./settings";
import { latestSlot, slotSchedules } from "./slots";
import { statusOf } from "./status";
import { tellers } from "./steps";
import { sessionTypes } from "./types";
import { confidenceWall } from "./walls";
import { Watchers } from "./watchers";
import { Worker } from "./worker";
import { logPath, type Workshop } from "./workshop";

export default definePlugin({
  id: "sessions",
  summary: "Wakes the agent: queue, context, run, hooks, live stream",
  config: settings,
  env: {
    HEARTH_AGENT: ["agent", String],
    API_SESSION_STATUS_PATH: ["statusFile", String],
    API_SESSION_STREAM_PATH: ["streamFile", String],
  },
  requires: {
    home: Home,
    house: House,
    clock: Clock,
    db: OwnDatabase,
    templates: Templates,
    secrets: Secrets,
    inspector: Inspector,
  },
  provides: [Sessions],

  setup(ctx, { home, house, clock, db, templates, secrets, inspector }) {
    const types = sessionTypes(ctx.config.types);
    const queue = new Queue(db, clock);
    const watchers = new Watchers();
    ctx.own(() => watchers.close());
    const { statusFile, streamFile, heartbeat, clients } = ctx.config;
    const cannotWrite = (file: string, error: string) =>
      ctx.log.warn("a file for tools outside could not be written", { file, error });
    const outside =
      house.mode === "serve" ? new OutsideFiles(home.path, statusFile, streamFile, cannotWrite) : undefined;
    ctx.own(() => outside?.close());
    const live = new Live({
      clock,
      heartbeat,
      clients,
      view: {
        home: home.path,
        privateFolders: ctx.config.private,
        redact: text => secrets.redact(text),
        shows: tool => ctx.items(ToolViews).some(view => view.shows(tool)),
      },
      logPath: id => logPath(house, id),
      wasLive: id => queue.find(id)?.live ?? false,
    });
    ctx.own(() => live.close());
    const shop: Workshop = {
      settings: ctx.config,
      log: ctx.log,
      queue,
      home,
      house,
      clock,
      templates,
      secrets,
      types,
      stopping: ctx.signal,
      agents: () => ctx.items(AgentRuntimes),
      outfitters: () => ctx.items(Outfitters),
      messengers: () => ctx.items(Messengers),
      gather: wake => ctx.run(WakeContext, wake),
      hooks: () => ctx.items(PostSession).map(({ id }) => id),
      runHooks: (session, options) => ctx.run(PostSession, session, options),
      track: (what, work) => ctx.track(what, work),
      ...tellers(ctx.log, change => ctx.emit(SessionChanged, change), types, live, watchers, outside),
    };
    const worker = new Worker(shop);
    ctx.signal.addEventListener("abort", () => worker.close());
    ctx.cut.addEventListener("abort", () => worker.end(new Ended("interrupted", "Hearth was stopped")));
    const desk = new Desk(shop, worker, watchers, inspector);

    ctx.provide(Sessions, desk);
    ctx.add(SessionLists, { id: "queue", onTheirWay: () => desk.onTheirWay() });
    ctx.add(Walls, confidenceWall(types));
    ctx.add(Checks, { id: "db:sessions", run: () => void db.query("select 1").get() });
    ctx.add(
      Routes,
      sessionRoutes({
        types: Object.keys(types),
        status: () => statusOf(worker.current, queue, types, clock.now()),
        stream: lastId => live.open(lastId),
        find: id => desk.find(id),
        resume: id => desk.resume(id),
        wake: (type, text) => desk.wake({ type, job: "admin", ...(text !== undefined && { message: { text } }) }),
        logFile: id => `${home.path}/logs/session-${id}.log`,
      }),
    );
    for (const command of sessionCommands({
      desk,
      worker,
      types: Object.keys(types),
      home: home.path,
      mode: house.mode,
    }))
      ctx.add(Commands, command);
    const schedules = slotSchedules(ctx.config, order => desk.wake(order));
    for (const schedule of schedules) ctx.add(Schedules, schedule);
    welcome(ctx, shop);
    const begin = () => {
      worker.start();
      const first = house.fresh && ctx.config.firstWake;
      const type = first ? latestSlot(schedules, clock.now(), house.timeZone) : undefined;
      if (type) desk.wake({ type, job: "sessions.first", slot: "first" });
    };
    let soon: Timer | undefined;
    ctx.own(() => clearTimeout(soon));
    if (house.mode === "serve")
      ctx.on(Settled, () => {
        soon = setTimeout(begin); // the door opens first: a wake has time, a visitor has not
      });
  },
});

/** Says which agent runs and how to wake it. */
function welcome(ctx: Context<Settings>, shop: Workshop): void {
  ctx.add(Welcomes, {
    id: "agent",
    text: async () => {
      const agent = await chooseAgent(shop).catch(error => error as Error);
      return agent instanceof Error
        ? `Agent       none: ${agent.message}`
        : `Agent       ${agent.id}: ${agent.summary}`;
    },
  });
  ctx.add(Welcomes, { id: "wake", text: () => `Wake it     ${runner()} hearth wake custom "Good morning"` });
  ctx.add(Welcomes, { id: "watch", text: address => `Watch it    curl -N ${address}/session/stream` });
}

/** How a person on this machine runs a script of package.json: Bun may be there through npx only. */
const runner = () => (process.execPath.includes("_npx") ? `npx bun@${Bun.version} run` : "bun run");
