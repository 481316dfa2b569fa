import { definePlugin, Home } from "hearth";
import { source, WakeContext } from "hearth-plugins/sessions";
import { z } from "zod";
import { impulseBlock } from "./block";
import { readImpulses } from "./impulses-file";

export default definePlugin({
  id: "context-impulses",
  summary: "Tells each session which of the agent's impulses wait, and the strongest of them",
  config: z.strictObject({}),
  requires: { home: Home },
  setup: (ctx, { home }) =>
    ctx.add(
      WakeContext,
      source({
        id: "impulses",
        budget: 1_000,
        async read({ now, timeZone }, _signal, note) {
          const impulses = await readImpulses(home, timeZone, note);
          return impulses && impulseBlock(impulses, now, timeZone);
        },
      }),
    ),
});
