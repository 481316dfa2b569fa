import { Clock, Commands, definePlugin, Home, House, messageOf } from "hearth";
import { Memory } from "hearth-plugins/memory";
import { PostSession, Sessions, source, WakeContext } from "hearth-plugins/sessions";
import { mirrorCommand } from "./command";
import { lastSnapshot, SUMMARY_FILE } from "./keep";
import { Mirror } from "./mirror";
import { Settings } from "./settings";

export default definePlugin({
  id: "hook-mirror",
  summary: "Shows the agent from time to time what has changed in what it writes",
  config: Settings,
  requires: { home: Home, house: House, clock: Clock, memory: Memory, sessions: Sessions },
  setup(ctx, { home, house: { timeZone }, clock, memory, sessions }) {
    const mirror = new Mirror({ home, memory, sessions, timeZone, settings: ctx.config }, clock);
    ctx.add(PostSession, {
      id: "mirror",
      needs: ["memory-index"],
      after: ["mood", "drift"],
      limit: 120,
      run: (_, signal) => mirror.whenDue(signal),
    });
    ctx.add(Commands, mirrorCommand(mirror));
    ctx.add(
      WakeContext,
      source({
        id: "mirror",
        budget: 300,
        async read(wake, _, note) {
          const last = await lastSnapshot(home, wake.now, wake.timeZone).catch(error => void note(messageOf(error)));
          if (!last || last.status === "insufficient_data" || last.day === undefined) return undefined;
          if (last.age < 0) return void note("the mirror's snapshot is dated later than today");
          const age = last.age === 0 ? "today" : last.age === 1 ? "yesterday" : `${last.age} days ago`;
          return `Mirror: what had changed in you by day ${last.day} was written down ${age}, in ${SUMMARY_FILE}.`;
        },
      }),
    );
  },
});
