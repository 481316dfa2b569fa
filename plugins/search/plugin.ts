import { join } from "node:path";
import { definePlugin, House, HttpError, messageOf, Routes, Settled, Turns } from "hearth";
import { DocumentChanged, MeaningSearches, Searchables } from "./contract";
import { Finder } from "./finder";
import { Followers } from "./followers";
import { IndexClient } from "./index-client";
import { Meaning } from "./meaning";
import { searchRoutes } from "./routes";
import { settings } from "./settings";

const tooMany = () =>
  new HttpError(503, "Too many searches are waiting; try again in a moment", { "retry-after": "1" });

export default definePlugin({
  id: "search",
  summary: "Finds words in what the agent wrote",
  config: settings,
  requires: { house: House },

  setup(ctx, { house }) {
    const index = new IndexClient(join(house.state, "search.db"), why => {
      ctx.log.warn("the index is made anew", { why });
      void followers.compareAll();
    });
    ctx.own(() => index.close());
    const followers = new Followers({
      index,
      searchables: () => ctx.items(Searchables),
      log: ctx.log,
      signal: ctx.signal,
      wait: ctx.config.wait,
      changed: () => finder.forget(),
    });
    const meaning = new Meaning(() => ctx.items(MeaningSearches), ctx.log);
    const finder = new Finder(index, followers, new Turns(ctx.config.maxWaiting, 0, tooMany), meaning);
    ctx.add(
      Routes,
      searchRoutes(finder, () => followers.shown()),
    );
    if (house.mode !== "serve") return;

    let soon: Timer | undefined;
    ctx.own(() => clearTimeout(soon));
    const begin = async () => {
      followers.look();
      await followers.forgetGone().catch(error => {
        if (!ctx.signal.aborted) ctx.log.warn("the index is not in step", { error: messageOf(error) });
      });
    };
    ctx.on(Settled, () => {
      clearTimeout(soon);
      soon = setTimeout(() => ctx.track("to look what can be searched", begin())); // the door opens first
    });
    ctx.on(DocumentChanged, changed => followers.note(changed));
  },
});
