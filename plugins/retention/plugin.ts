import { Clock, Commands, definePlugin, Home, House, type Logger, Schedules, Walls } from "hearth";
import { amountOf, retentionCommand } from "./command";
import { Settings } from "./settings";
import { type Swept, sweep } from "./sweep";
import { deletionWall } from "./wall";

export default definePlugin({
  id: "retention",
  summary: "Deletes what has been kept for as long as the settings say, once a day",
  config: Settings,
  env: { RETENTION_DAYS: ["days", Number] },
  requires: { home: Home, house: House, clock: Clock },

  setup(ctx, { home, house, clock }) {
    const roots = { home: home.path, state: house.state };
    const run = async (dryRun: boolean) => {
      const swept = await sweep(roots, ctx.config, clock, dryRun);
      if (!dryRun) tell(ctx.log, swept);
      return swept;
    };
    ctx.add(Commands, retentionCommand(run));
    ctx.add(Walls, deletionWall(ctx.config));
    ctx.add(Schedules, {
      id: "retention.sweep",
      cron: "47 4 * * *",
      catchUp: "once",
      run: async () => void (await run(false)),
    });
  },
});

function tell(log: Logger, swept: readonly Swept[]): void {
  for (const one of swept) {
    const { kind, where, days, problem } = one;
    if (problem !== undefined) log.warn("what is old could not be deleted", { kind, where, problem });
    else if (amountOf(one) !== "nothing") log.info("deleted what was old", { kind, where, days, gone: amountOf(one) });
  }
}
