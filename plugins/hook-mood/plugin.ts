import { Clock, definePlugin, Home, House, Routes } from "hearth";
import { isThought } from "hearth-plugins/content";
import { PostSession, source, WakeContext } from "hearth-plugins/sessions";
import { z } from "zod";
import { HALF_LIFE } from "./affect";
import { ambientBlock } from "./ambient";
import { MoodHistory } from "./mood-history";
import { recordMood, STATE_FILE } from "./record";
import { moodRoutes } from "./routes";
import { readState } from "./state";
import { Timeline } from "./timeline";

const Weight = z.number().min(0).max(1);

export default definePlugin({
  id: "hook-mood",
  summary: "Writes down the mood of each session, and tells the next what is left of it",
  config: z.strictObject({
    halfLifeHours: z.number().positive().default(HALF_LIFE).describe("Hours in which half of a mood has gone"),
    weights: z
      .record(z.string(), Weight)
      .default({})
      .describe("Weight of a session against the mood before it, by session type, or by scheduled, self and other"),
    mostWeight: Weight.default(0.9).describe(
      "What no session weighs more than; 1 lets one session erase all before it",
    ),
  }),
  requires: { home: Home, house: House, clock: Clock },
  setup(ctx, { home, house, clock }) {
    const { halfLifeHours: halfLife, weights, mostWeight } = ctx.config;
    const { timeZone } = house;
    ctx.add(PostSession, {
      id: "mood",
      after: ["thoughts", "conversation"],
      limit: 60,
      unless: ({ changed, settings }) =>
        changed.some(isThought) || settings.conversation ? undefined : "it wrote no thought and held no conversation",
      run: session => recordMood(home, session, { timeZone, now: clock.now(), halfLife, weights, mostWeight }),
    });
    ctx.add(
      WakeContext,
      source({
        id: "ambient",
        budget: 2_500,
        async read(wake, _, note) {
          const file = await home.read(STATE_FILE);
          if (!file) return;
          const { state, skipped } = readState(file.text);
          for (const what of skipped) note(`${STATE_FILE}: ${what}`);
          return state && ambientBlock(state, wake.now, wake.timeZone, halfLife);
        },
      }),
    );
    ctx.add(Routes, moodRoutes(new Timeline(new MoodHistory(home, ctx.log, timeZone), clock)));
  },
});
