import { join } from "node:path";
import { Checks, Clock, Commands, definePlugin, Home, House, OwnDatabase } from "hearth";
import { zonedMinute } from "hearth-plugins/content";
import { Outfitters, PostSession } from "hearth-plugins/sessions";
import { promptCommand } from "./commands";
import { Contents } from "./contents";
import { Guard } from "./guard";
import { Keeper } from "./keeper";
import { noteOf } from "./note";
import { Settings } from "./settings";
import { Versions } from "./versions";
import { Watches } from "./watches";

export default definePlugin({
  id: "prompt-keeper",
  summary: "Keeps every version of prompt.md, and undoes what a session may not change",
  config: Settings,
  requires: { home: Home, house: House, clock: Clock, db: OwnDatabase },

  setup(ctx, { home, house, clock, db }) {
    const { keep } = ctx.config;
    const contents = new Contents(db);
    const versions = new Versions(db, contents, keep);
    const watches = new Watches(db, contents);
    const guard = new Guard({
      home,
      clock,
      log: ctx.log,
      watches,
      versions,
      aside: join(house.state, "set-aside"),
      keep,
    });
    ctx.add(Outfitters, {
      id: "prompt-keeper",
      // The last moment before the agent begins, and the first after it has ended.
      async outfit({ id, type, settings }) {
        await guard.begin({ session: id, type, settings });
        return { close: () => guard.end(id) };
      },
    });
    ctx.add(PostSession, {
      id: "prompt",
      limit: 120,
      async run(session) {
        await guard.end(session.id); // what a crash left
        return noteOf(versions, session);
      },
    });
    const keeper = new Keeper(home, clock, versions, guard);
    ctx.add(
      Commands,
      promptCommand(keeper, at => zonedMinute(at, house.timeZone)),
    );
    ctx.add(Checks, { id: "db:prompt-keeper", run: () => void db.query("select 1").get() });
  },
});
