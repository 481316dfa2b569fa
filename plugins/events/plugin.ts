import { Clock, definePlugin, Home, Routes } from "hearth";
import { SessionChanged } from "hearth-plugins/sessions";
import { FileChanged } from "hearth-plugins/watcher";
import { Broadcast } from "./broadcast";
import { MailThreads } from "./mail-threads";
import { pageNews } from "./page-news";
import { placeNews } from "./place-news";
import { eventRoutes } from "./routes";
import { sessionNews } from "./session-news";
import { settings } from "./settings";

export default definePlugin({
  id: "events",
  summary: "Streams what happens in the home to whoever listens",
  config: settings,
  env: {
    API_EVENT_MAX_SUBSCRIBERS: ["maxSubscribers", Number],
    API_EVENT_QUEUE_SIZE: ["queueSize", Number],
    API_SSE_HEARTBEAT_INTERVAL: ["heartbeat", Number],
  },
  requires: { home: Home, clock: Clock },

  async setup(ctx, { home, clock }) {
    const overloaded = () => ctx.log.warn("a client did not keep up and was closed");
    const broadcast = new Broadcast({ ...ctx.config, clock, overloaded });
    ctx.own(() => broadcast.close());
    const threads = new MailThreads(home);
    await threads.learn();

    ctx.on(FileChanged, changed => {
      const news = pageNews(changed) ?? placeNews(changed) ?? threads.news(changed);
      if (news) broadcast.tell(news);
    });
    ctx.on(SessionChanged, changed => broadcast.tell(sessionNews(changed)));
    ctx.add(Routes, eventRoutes(broadcast));
  },
});
