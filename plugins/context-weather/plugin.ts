import { definePlugin, messageOf, OwnDatabase } from "hearth";
import { type Source, source, WakeContext } from "hearth-plugins/sessions";
import { DaylightBook } from "./daylight";
import { lightText } from "./light";
import { Settings } from "./settings";
import { unavailable, weatherText } from "./weather";
import { type Ask, asking } from "./web";

const weather = (ask: Ask, { weatherUrl }: Settings, place: string): Omit<Source, "budget" | "limit"> => ({
  id: "weather",
  fallback: unavailable(place),
  read: (_, signal, note) => weatherText(ask, weatherUrl, place, signal).catch(error => void note(messageOf(error))),
});

export default definePlugin({
  id: "context-weather",
  summary: "Tells each session the weather, the daylight, the moon and the aurora of its place",
  api: "^1.0",
  config: Settings,
  requires: { db: OwnDatabase },
  setup(ctx, { db }) {
    const { place, timeout, userAgent, budgets } = ctx.config;
    if (!place) return;
    const ask = asking(timeout, userAgent);
    const book = new DaylightBook(db, place);
    // A second more than one request may take, so that a late request is noted and the rest still stands.
    const limit = timeout + 1;
    ctx.add(WakeContext, source({ ...weather(ask, ctx.config, place), budget: budgets.weather, limit }));
    ctx.add(
      WakeContext,
      source({
        id: "light",
        read: (wake, signal, note) => lightText(ask, ctx.config, book, wake, signal, note),
        budget: budgets.light,
        limit,
      }),
    );
  },
});
