import { Checks, Clock, Commands, definePlugin, Home, House, OwnDatabase, Routes, Settled } from "hearth";
import { isOver, SessionChanged, Sessions } from "hearth-plugins/sessions";
import { AgentTools } from "hearth-plugins/tools";
import { appointmentsCommand, impulsesCommand } from "./commands";
import { Impulses } from "./contract";
import { Diary } from "./diary";
import { Drawer } from "./drawer";
import { ErrandTable } from "./errand-table";
import { FixedSlots } from "./fixed-slots";
import { appointmentRoutes } from "./routes";
import { Settings } from "./settings";
import { impulsesTool, impulseTool, scheduleTool } from "./tools";
import { Wakes } from "./wakes";

export default definePlugin({
  id: "appointments",
  summary: "Wakes the agent when it wants to be woken, and keeps what it wants to do some time",
  config: Settings,
  requires: { home: Home, house: House, clock: Clock, db: OwnDatabase, sessions: Sessions },
  provides: [Impulses],

  setup(ctx, { home, house, clock, db, sessions }) {
    const { timeZone } = house;
    const { config: settings, log } = ctx;
    const table = new ErrandTable(db);
    const slots = new FixedSlots(sessions, settings.distance);
    const wakes = new Wakes({ table, sessions, slots, clock, timeZone, settings, log });
    ctx.own(() => wakes.close());
    const changed = () => wakes.look();
    const diary = new Diary({ table, slots, sessions, clock, timeZone, settings, changed });
    const drawer = new Drawer({ table, slots, home, clock, timeZone, settings: settings.impulses, log, changed });
    const wording = { clock, timeZone, perDay: settings.perDay };

    ctx.provide(Impulses, drawer);
    ctx.add(AgentTools, scheduleTool(diary, wording));
    ctx.add(AgentTools, impulseTool(drawer, wording));
    ctx.add(AgentTools, impulsesTool(drawer, wording));
    ctx.add(Routes, appointmentRoutes(diary, drawer, table));
    ctx.add(Commands, appointmentsCommand(diary, wording));
    ctx.add(Commands, impulsesCommand(drawer, wording));
    ctx.add(Checks, { id: "db:appointments", run: () => void db.query("select 1").get() });
    if (house.mode !== "serve") return;
    const follow = () => drawer.follow().then(changed);
    ctx.on(SessionChanged, change => {
      wakes.sessionChanged(change);
      if (change.state === "finishing" || isOver(change.state)) return follow(); // the agent has ended
      return undefined;
    });
    ctx.on(Settled, async () => {
      await drawer.follow();
      wakes.begin();
    });
  },
});
