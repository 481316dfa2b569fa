import { definePlugin } from "hearth";
import { Impulses } from "hearth-plugins/appointments";
import { source, WakeContext } from "hearth-plugins/sessions";
import { z } from "zod";
import { impulseBlock } from "./block";

export default definePlugin({
  id: "context-impulses",
  summary: "Tells each session which of the agent's impulses wait, and the strongest of them",
  config: z.strictObject({}),
  requires: { impulses: Impulses },
  setup: (ctx, { impulses }) =>
    ctx.add(
      WakeContext,
      source({
        id: "impulses",
        budget: 1_000,
        async read({ now, timeZone }, _signal, note) {
          const pending = await impulses.pending(now, note);
          return pending && impulseBlock(pending, now, timeZone);
        },
      }),
    ),
});
