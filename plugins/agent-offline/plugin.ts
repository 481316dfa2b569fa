import { Clock, definePlugin, House, localDay } from "hearth";
import { AgentRuntimes } from "hearth-plugins/sessions";
import { z } from "zod";
import { paced } from "./paced";
import { StandIn } from "./stand-in";

export default definePlugin({
  id: "agent-offline",
  summary: "An agent that needs no key and no network: it keeps the house's rhythm until a real one is there",
  api: "^1.0",
  config: z.strictObject({
    pace: z.number().nonnegative().default(0.3).describe("Seconds between two events of a run"),
  }),
  requires: { clock: Clock, house: House },
  setup(ctx, { clock, house }) {
    const today = () => localDay(clock.now(), house.timeZone);
    ctx.add(AgentRuntimes, {
      id: "offline",
      summary: "the offline stand-in: no model, no key, no cost",
      unavailable: () => undefined,
      run: request => paced(new StandIn(request, today()).run(), ctx.config.pace, request.signal),
    });
  },
});
