import { Clock, definePlugin, Home, House, Routes } from "hearth";
import { z } from "zod";
import { newestConversations } from "./conversations";
import { adminRoutes } from "./routes";
import { Uploads } from "./uploads";

export default definePlugin({
  id: "admin",
  summary: "Takes news, gifts and readings for the agent, and lists its conversations",
  config: z.strictObject({}),
  requires: { home: Home, house: House, clock: Clock },
  setup(ctx, { home, house, clock }) {
    const { log } = ctx;
    const uploads = new Uploads({ home, clock, timeZone: house.timeZone, log });
    ctx.add(
      Routes,
      adminRoutes(uploads, limit => newestConversations(home, limit, log)),
    );
  },
});
