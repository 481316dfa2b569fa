import { z } from "zod";

const Plugin = z
  .object({
    id: z.string(),
    summary: z.string(),
    state: z.enum(["off", "waiting", "starting", "active", "stopping", "failed"]),
    from: z.string().describe('"bundled", a folder or a package'),
    critical: z.boolean(),
    requires: z
      .array(z.object({ service: z.string(), by: z.string().nullable() }))
      .describe('Who provides what it needs: a plugin, "kernel", or null when nobody does now'),
    provides: z.array(z.string()),
    holds: z.record(z.string(), z.int()).describe("How many items it holds, by slot"),
    ms: z.number().nullable().describe("Milliseconds that its setup took"),
    error: z.string().nullable(),
  })
  .meta({ id: "Plugin" });

const Hook = z.object({
  id: z.string(),
  by: z.string(),
  needs: z.array(z.string()),
  after: z.array(z.string()),
  limit: z.number().describe("Seconds"),
  retries: z.int(),
  last: z
    .object({ state: z.string(), ms: z.number(), at: z.string() })
    .nullable()
    .describe("Its latest run; null when there was none"),
});

/** `GET /system/plugins` */
export const Plugins = z.object({ plugins: z.array(Plugin) });

/** `GET /system/graph` */
export const Graph = z.object({
  plugins: z.array(Plugin).describe("Providers first"),
  pipelines: z.array(z.object({ id: z.string(), hooks: z.array(Hook) })),
  running: z.array(z.string()),
});

/** `GET /system/problems` */
export const Problems = z.object({
  problems: z
    .array(
      z.object({
        source: z.string().describe("Who found it"),
        path: z.string().describe("Of the file, in the home"),
        problem: z.string(),
        since: z.string().describe("When it was first seen, ISO"),
      }),
    )
    .describe("Newest first"),
});
export type Problem = z.output<typeof Problems>["problems"][number];
