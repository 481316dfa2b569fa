import { Clock, definePlugin, Home, Secrets, Turns } from "hearth";
import { AgentTools, ToolRefusal } from "hearth-plugins/tools";
import { Settings } from "./settings";
import { readTool, searchTool } from "./tools";
import { WebLog } from "./web-log";
import { openWeb } from "./web-reach";

/** Pages that are read side by side, and that may wait for that. */
const PAGES = 2;
const WAITING = 10;

export default definePlugin({
  id: "web",
  summary: "Lets the agent search the web and read its pages, through the daemon and within limits",
  config: Settings,
  env: { BRAVE_SEARCH_API_KEY: ["searchKey", String] },
  requires: { home: Home, clock: Clock, secrets: Secrets },

  setup(ctx, { home, clock, secrets }) {
    const { searchKey, searchUrl, searches, reads, seconds, mostBytes } = ctx.config;
    secrets.add(searchKey);
    const log = new WebLog(home, clock, secrets, ctx.log);
    const turns = new Turns(
      PAGES,
      WAITING,
      () => new ToolRefusal("too many pages are being read; try again in a moment"),
    );
    ctx.add(AgentTools, readTool({ reach: openWeb, page: { seconds, mostBytes }, log, perSession: reads, turns }));
    if (searchKey === undefined) ctx.log.info("without BRAVE_SEARCH_API_KEY there is no web_search");
    else ctx.add(AgentTools, searchTool({ terms: { key: searchKey, url: searchUrl }, log, perSession: searches }));
  },
});
