import {
  type Context,
  definePlugin,
  Home,
  House,
  messageOf,
  readList,
  Settled,
  settledWithin,
  watchFiles,
} from "hearth";
import type { z } from "zod";
import { FileChanged, Forerunners, WatchBegan, Watches } from "./contract";
import { type Folder, foldersOf, isWithin, pathIn } from "./folders";
import { isPassing } from "./passing-file";
import { settings } from "./settings";

export default definePlugin({
  id: "watcher",
  summary: "Tells when a file of the home is created, modified or deleted",
  config: settings,
  env: {
    API_WATCH_PATHS_RAW: ["paths", readList],
    API_EVENT_DEBOUNCE_MS: ["debounceMs", Number],
  },
  requires: { home: Home, house: House },

  async setup(ctx, { home, house }) {
    const folders = await foldersOf(home, ctx.config.paths);
    if (house.mode !== "serve") return;
    let begun = false;
    // Reading a large home takes a while: first everybody starts, then the watch.
    ctx.on(Settled, () => {
      if (begun) return;
      begun = true;
      ctx.track("to begin the watch", watchAfterOthers(ctx, folders));
    });
  },
});

type Own = Context<z.output<typeof settings>>;

/** Lets the others read first. */
async function watchAfterOthers(ctx: Own, folders: readonly Folder[]): Promise<void> {
  const read = Promise.allSettled(ctx.items(Forerunners).map(({ over }) => over));
  const stopped = new Promise(resolve => ctx.signal.addEventListener("abort", resolve, { once: true }));
  await settledWithin(Promise.race([read, stopped]), ctx.config.patience * 1000);
  if (!ctx.signal.aborted) await watch(ctx, folders);
}

/** Starts the watch and says when it stands; ends it when the plugin stops. Never throws. */
async function watch(ctx: Own, folders: readonly Folder[]): Promise<void> {
  const from = performance.now();
  let whole = true;
  const failed = (error: unknown) => {
    whole = false;
    ctx.log.error("not everything can be watched", { error: messageOf(error) });
  };
  const { debounceMs: settle } = ctx.config;
  const options = { settle, ignored: isUnseen(folders), followLinks: false, failed };
  const roots = folders.map(({ real }) => real);
  const standing = watchFiles(roots, options, (change, file) => tell(ctx, folders, change, file)).catch(failed);
  ctx.own(async () => (await standing)?.close());
  const stands = await standing;
  if (ctx.signal.aborted) return;
  ctx.add(Watches, {
    sees: path => whole && !isPassing(path) && folders.some(folder => isWithin(folder.path, path)),
    get calm() {
      return stands?.calm === true;
    },
  });
  ctx.emit(WatchBegan, {});
  ctx.log.info("the watch stands", { folders: folders.length, ms: Math.round(performance.now() - from) });
}

function tell(ctx: Own, folders: readonly Folder[], change: FileChanged["change"], file: string): void {
  const path = pathIn(folders, file);
  if (path !== undefined && !ctx.signal.aborted) ctx.emit(FileChanged, { path, change });
}

/** What is passed over, judged by names inside the home only: the folders above it may be called what they like. */
const isUnseen = (folders: readonly Folder[]) => (file: string) => isPassing(pathIn(folders, file) ?? "");
