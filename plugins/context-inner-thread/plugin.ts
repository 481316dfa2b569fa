import { definePlugin, Home } from "hearth";
import { source, WakeContext } from "hearth-plugins/sessions";
import { z } from "zod";
import { threadText } from "./thread";

export default definePlugin({
  id: "context-inner-thread",
  summary: "Tells each session what the agent last said to itself",
  config: z.strictObject({}),
  requires: { home: Home },
  setup: (ctx, { home }) =>
    ctx.add(
      WakeContext,
      source({ id: "thread", budget: 2_400, read: (_wake, _signal, note) => threadText(home, note) }),
    ),
});
