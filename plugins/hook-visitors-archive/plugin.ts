import { definePlugin, Home, House } from "hearth";
import { PostSession } from "hearth-plugins/sessions";
import { archiveShown } from "./archive";
import { shownPaths } from "./shown";

export default definePlugin({
  id: "hook-visitors-archive",
  summary: "Puts a visitor's file into the archive once a session was shown it",
  requires: { home: Home, house: House },
  setup: (ctx, { home, house }) =>
    ctx.add(PostSession, {
      id: "visitors-archive",
      limit: 60,
      unless: ({ state }) => (state === "done" ? undefined : `the session is ${state}`),
      run: async session => archiveShown(home, await shownPaths(session), house.timeZone),
    }),
});
