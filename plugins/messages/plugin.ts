import { Callers, Clock, definePlugin, Home, House, Routes } from "hearth";
import { Couriers, Letterbox, Limits, Senders } from "hearth-plugins/letterbox";
import { Pictures } from "hearth-plugins/pictures";
import { z } from "zod";
import { Destinations } from "./contract";
import { messageCourier } from "./courier";
import { Desk } from "./desk";
import { Entrance } from "./entrance";
import { messageRoutes } from "./routes";

export default definePlugin({
  id: "messages",
  summary: "The door for those whom the owner gave a key",
  config: z.strictObject({}),
  requires: {
    home: Home,
    house: House,
    clock: Clock,
    callers: Callers,
    letterbox: Letterbox,
    senders: Senders,
    limits: Limits,
    pictures: Pictures,
  },

  setup(ctx, { home, house, clock, callers, letterbox, senders, limits, pictures }) {
    const { timeZone } = house;
    const destinations = () => ctx.items(Destinations);
    ctx.add(Couriers, messageCourier(home, timeZone));
    const desk = new Desk({ senders, letterbox, pictures, destinations, clock, timeZone, log: ctx.log });
    ctx.add(Routes, messageRoutes(desk, new Entrance(senders, limits, callers)));
  },
});
