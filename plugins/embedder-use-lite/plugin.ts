import { dirname, resolve } from "node:path";
import { definePlugin, House } from "hearth";
import { Embedders } from "hearth-plugins/memory";
import { z } from "zod";
import type { Options } from "./embedder";
import { faultOf, installedFolder, MODEL_VERSION } from "./model-folder";

/** Of what this plugin makes of the model: raised when a text gets another vector than before. */
const REVISION = 1;

export default definePlugin({
  id: "embedder-use-lite",
  summary: "Makes vectors of texts with the Universal Sentence Encoder Lite, which is in the house",
  config: z.strictObject({
    folder: z
      .string()
      .min(1)
      .optional()
      .describe("Folder with the model's files, from the config file's; that of the installed package when left out"),
  }),
  requires: { house: House },
  setup(ctx, { house }) {
    const { folder } = ctx.config;
    const found = folder === undefined ? installedFolder() : resolve(dirname(house.config), folder);
    ctx.add(Embedders, {
      id: "use-lite",
      version: `${MODEL_VERSION}-${REVISION}`,
      dims: 512,
      window: 128,
      summary: "Universal Sentence Encoder Lite: English, 128 tokens, no download",
      unavailable: async () => (await faultOf(found))?.message,
      module: new URL("./embedder.ts", import.meta.url).href,
      ...(found !== undefined && { options: { folder: found } satisfies Options }),
    });
  },
});
