import { definePlugin, Home, House, OwnDatabase, Routes, Settled } from "hearth";
import { Content, PageChanged } from "hearth-plugins/content";
import { SessionChanged } from "hearth-plugins/sessions";
import { z } from "zod";
import { AfterQuiet } from "./after-quiet";
import { LogBook } from "./log-book";
import { analyticsRoutes } from "./routes";
import { SessionLogs } from "./session-logs";
import { Statistics } from "./statistics";

/** Milliseconds without a change after which the answer is made, so that nobody has to wait for it. */
const QUIET = 100;

export default definePlugin({
  id: "analytics",
  summary: "Counts thoughts, dreams, moods and sessions",
  config: z.strictObject({
    showCost: z
      .boolean()
      .default(true)
      .describe("Whether everyone may see what the sessions cost; else it is told as 0"),
  }),
  requires: { content: Content, home: Home, house: House, db: OwnDatabase },

  setup(ctx, { content, home, house, db }) {
    const book = new LogBook(db);
    const logs = new SessionLogs({ home, book, timeZone: house.timeZone, log: ctx.log, signal: ctx.signal });
    const statistics = new Statistics(content, logs, ctx.config.showCost);
    const readLogs = () => logs.upToDate();
    ctx.on(SessionChanged, readLogs); // the log of a session lies there before its last step is told
    ctx.add(Routes, analyticsRoutes(statistics));
    if (house.mode !== "serve") return;
    ctx.on(Settled, readLogs);
    const anew = new AfterQuiet(QUIET, () => ctx.track("to count anew", statistics.current()).catch(() => {})); // who asks is told why
    ctx.own(() => anew.cancel());
    ctx.on(PageChanged, () => anew.ask());
  },
});
