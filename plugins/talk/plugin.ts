import { Clock, Commands, definePlugin, House, Routes } from "hearth";
import { PostSession, SessionChanged, Sessions } from "hearth-plugins/sessions";
import { z } from "zod";
import { talkCommand } from "./command";
import { talkRoutes } from "./routes";
import { TalkTurns } from "./turns";

export default definePlugin({
  id: "talk",
  summary: "A talk with the agent at a terminal, turn by turn",
  config: z.strictObject({}),
  requires: { house: House, clock: Clock, sessions: Sessions },

  setup(ctx, { house, clock, sessions }) {
    const turns = new TalkTurns({ sessions, clock });
    ctx.add(PostSession, turns.hook());
    ctx.on(SessionChanged, change => turns.sessionChanged(change));
    ctx.add(Routes, talkRoutes(turns, ctx.signal));
    ctx.add(Commands, talkCommand(house));
  },
});
