import { Callers, Clock, Commands, definePlugin, Home, House, Routes, Settled } from "hearth";
import { Couriers, Letterbox, Limits } from "hearth-plugins/letterbox";
import { z } from "zod";
import { visitorsCommand } from "./command";
import { adoptPages } from "./found-pages";
import { GuestBook, visitorCourier } from "./guest-book";
import { visitorLimit, visitorRoutes } from "./routes";

export default definePlugin({
  id: "visitors",
  summary: "The door at which strangers leave messages",
  config: z.strictObject({
    perHour: z
      .int()
      .positive()
      .max(100_000)
      .default(10)
      .describe("Messages that one household (an IPv4 address, 64 bits of an IPv6 address) may leave in an hour"),
  }),
  requires: { home: Home, house: House, clock: Clock, callers: Callers, letterbox: Letterbox, limits: Limits },

  setup(ctx, { home, house, clock, callers, letterbox, limits }) {
    const book = new GuestBook({ letterbox, clock, timeZone: house.timeZone, log: ctx.log });
    ctx.add(Couriers, visitorCourier(home, house.timeZone));
    ctx.add(Routes, visitorRoutes(book, limits, callers, visitorLimit(ctx.config.perHour)));
    ctx.add(Commands, visitorsCommand(home, letterbox));
    if (house.mode === "serve") ctx.on(Settled, () => adoptPages(home, letterbox, ctx.log, ctx.signal));
  },
});
