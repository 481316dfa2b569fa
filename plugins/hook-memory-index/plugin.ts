import { definePlugin, Home } from "hearth";
import { Memory } from "hearth-plugins/memory";
import { PostSession } from "hearth-plugins/sessions";
import { z } from "zod";
import { rememberSession } from "./remember";

/** Hooks that write what is remembered. */
const writers = ["prompt", "thoughts", "conversation", "visitors-archive"];

export default definePlugin({
  id: "hook-memory-index",
  summary: "Has memory learn what each session wrote",
  config: z.strictObject({
    limit: z.number().min(1).max(3600).default(120).describe("Seconds that a session may be learned"),
  }),
  requires: { home: Home, memory: Memory },
  setup: (ctx, { home, memory }) =>
    ctx.add(PostSession, {
      id: "memory-index",
      after: writers,
      limit: ctx.config.limit,
      run: (session, signal) => rememberSession({ home, memory, limit: ctx.config.limit }, session, signal),
    }),
});
