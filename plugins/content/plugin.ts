import { join } from "node:path";
import { Ailments, Clock, type Context, definePlugin, Home, House, Routes, Settled } from "hearth";
import { DocumentChanged, Searchables } from "hearth-plugins/search";
import { FileChanged, Forerunners, WatchBegan, Watches } from "hearth-plugins/watcher";
import { z } from "zod";
import { Ailing } from "./ailing";
import { Content, PageChanged } from "./contract";
import { homeRoutes } from "./home-routes";
import { HomeTexts } from "./home-texts";
import { IndexFile } from "./index-file";
import { kinds } from "./kinds";
import { contentRoutes } from "./routes";
import { searchablesOf } from "./searchables";
import { Store } from "./store";

/** Reads the pages once all plugins have started; the watch, which would look at the same files, begins after that. */
function readAtStart(ctx: Context, store: Store): void {
  const read = Promise.withResolvers<void>();
  ctx.own(() => read.resolve());
  ctx.add(Forerunners, { id: "content", over: read.promise });
  let begun = false;
  ctx.on(Settled, () => {
    if (begun) return;
    begun = true;
    ctx.track("to read the pages", store.begin().finally(read.resolve));
  });
}

export default definePlugin({
  id: "content",
  summary: "Serves what the agent wrote",
  config: z.strictObject({}),
  requires: { home: Home, house: House, clock: Clock },
  provides: [Content],

  setup(ctx, { home, house, clock }) {
    const index = new IndexFile(join(house.state, "content.db"), ctx.log);
    ctx.own(() => index.close());
    const ailing = new Ailing(clock, ctx.log);
    const store = new Store({
      home,
      index,
      ailing,
      watch: folder => ctx.items(Watches).find(watch => watch.sees(folder)),
      changed: change => {
        ctx.emit(PageChanged, change);
        ctx.emit(DocumentChanged, { searchable: kinds[change.type].noun, slug: change.slug });
      },
      log: ctx.log,
      signal: ctx.signal,
    });
    ctx.on(FileChanged, ({ path }) => store.note(path));
    ctx.on(WatchBegan, () => store.lookAgain());
    if (house.mode === "serve") readAtStart(ctx, store);
    ctx.provide(Content, store);
    for (const searchable of searchablesOf(store)) ctx.add(Searchables, searchable);
    ctx.add(Ailments, ailing);
    ctx.add(Routes, contentRoutes(store));
    ctx.add(Routes, homeRoutes(home, new HomeTexts(home, ailing)));
  },
});
