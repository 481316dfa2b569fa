import { type Context, definePlugin, Home, messageOf, OwnDatabase, Secrets } from "hearth";
import { PostSession } from "hearth-plugins/sessions";
import { FileChanged } from "hearth-plugins/watcher";
import { Revalidation } from "./revalidation";
import { frontendOf, Settings } from "./settings";
import { folderOf, shownFolders, uploadFolders } from "./tags";
import { Told } from "./told";
import { UploadNews } from "./upload-news";

/** Hooks that change what is shown, or what is drawn from it: the frontend must not read before they are over. */
const writers = ["thoughts", "resonance", "drift", "mirror", "echoes", "visitors-archive"];

/** Seconds for looking at the folders, beside the call. */
const LOOKING = 60;

export default definePlugin({
  id: "hook-revalidation",
  summary: "Tells the frontend which of its copies are out of date",
  config: Settings,
  env: {
    VERCEL_REVALIDATE_URL: ["url", String],
    VERCEL_REVALIDATE_SECRET: ["secret", String],
  },
  requires: { home: Home, secrets: Secrets, db: OwnDatabase },

  setup(ctx, { home, secrets, db }) {
    secrets.add(ctx.config.secret);
    const frontend = frontendOf(ctx.config);
    const hook = { id: "revalidation", after: writers, limit: LOOKING + ctx.config.timeout, retries: 2 };
    if (typeof frontend === "string") {
      const why = `there is no frontend to tell: plugins.hook-revalidation has no ${frontend}`;
      return ctx.add(PostSession, { ...hook, unless: () => why, run: () => why });
    }
    const revalidation = new Revalidation(home, new Told(db, frontend.url.href), frontend);
    ctx.add(PostSession, {
      ...hook,
      run: ({ changed }, signal) => revalidation.tell(shownFolders, changed.map(folderOf), signal),
    });
    tellUploads(ctx, revalidation);
  },
});

/** What people send in at any time is told at once, and not only after the next session. */
function tellUploads(ctx: Context<Settings>, revalidation: Revalidation): void {
  const tell = () => ctx.track("telling of uploads", revalidation.tell(uploadFolders, [], ctx.signal));
  const uploads = new UploadNews(ctx.config.quiet * 1000, tell, error =>
    ctx.log.warn("the frontend could not be told of uploads; it is told after the next session", {
      error: messageOf(error),
    }),
  );
  ctx.own(() => uploads.stop());
  ctx.on(FileChanged, ({ path }) => {
    if (uploadFolders.includes(folderOf(path))) uploads.note();
  });
}
