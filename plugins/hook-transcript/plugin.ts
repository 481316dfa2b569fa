import { definePlugin, Home, House } from "hearth";
import { zonedIso } from "hearth-plugins/content";
import { PostSession, readLog } from "hearth-plugins/sessions";
import { z } from "zod";
import { renderTranscript } from "./render";

export default definePlugin({
  id: "hook-transcript",
  summary: "Keeps what was said and done in each session as a page of markdown",
  config: z.strictObject({
    resultLength: z.int().positive().default(500).describe("Characters of a tool's result that are kept"),
  }),
  requires: { home: Home, house: House },
  setup: (ctx, { home, house }) =>
    ctx.add(PostSession, {
      id: "transcript",
      limit: 60,
      async run(session) {
        const lines = await Array.fromAsync(readLog(session.log));
        const date = zonedIso(session.startedAt, house.timeZone);
        const text = renderTranscript(session, lines, { date, resultLength: ctx.config.resultLength });
        await home.write(`transcripts/session-${session.id}.md`, text, 0o640);
        return `${lines.length} log lines`;
      },
    }),
});
