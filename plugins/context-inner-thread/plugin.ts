import { Clock, definePlugin, Home, House } from "hearth";
import { source, WakeContext } from "hearth-plugins/sessions";
import { AgentTools } from "hearth-plugins/tools";
import { z } from "zod";
import { appendTool } from "./append-tool";
import { threadText } from "./thread";

export default definePlugin({
  id: "context-inner-thread",
  summary: "Tells each session what the agent last said to itself, and lets it go on",
  config: z.strictObject({
    firstDay: z.iso.date().default("2026-01-15").describe("The date that counts as day 1; that of context-home"),
  }),
  requires: { home: Home, house: House, clock: Clock },
  setup(ctx, { home, house, clock }) {
    ctx.add(
      WakeContext,
      source({ id: "thread", budget: 2_400, read: (_wake, _signal, note) => threadText(home, note) }),
    );
    ctx.add(AgentTools, appendTool({ home, clock, timeZone: house.timeZone, firstDay: ctx.config.firstDay }));
  },
});
