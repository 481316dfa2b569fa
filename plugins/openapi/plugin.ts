import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Commands, definePlugin, House, Inspector, Routes, readSwitch, Templates } from "hearth";
import { z } from "zod";
import { publish } from "./published";
import { openapiRoutes } from "./routes";

export default definePlugin({
  id: "openapi",
  summary: "Describes the API: for programs, for people, and as types for TypeScript",
  config: z.strictObject({
    open: z.boolean().default(false).describe("Whether everyone may read it; else those with the service key"),
  }),
  env: { API_DEBUG: ["open", readSwitch] },
  requires: { inspector: Inspector, templates: Templates, house: House },

  setup(ctx, { inspector, templates, house }) {
    const published = publish(inspector, templates, versionOf(house.root));
    ctx.add(Routes, openapiRoutes(published, ctx.config.open));
    ctx.add(Commands, {
      id: "client",
      usage: "[--out FILE]",
      summary: "the API's types for TypeScript",
      run: (_, io) => io.print(published.client()),
    });
  },
});

/** Hearth's version, of its package.json. */
const versionOf = (root: string): string =>
  (JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string }).version;
