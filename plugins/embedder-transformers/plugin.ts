import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { definePlugin, House } from "hearth";
import { Embedders } from "hearth-plugins/memory";
import { z } from "zod";
import type { Options } from "./embedder";
import { DIMS, MODEL, missing, PACKAGE, WINDOW } from "./model";

/** Of what this plugin makes of the model: raised when a text gets another vector than before. */
const REVISION = 1;

const Path = z.string().min(1);

export default definePlugin({
  id: "embedder-transformers",
  summary: `Makes vectors of texts with ${MODEL}, when its package and its files are there`,
  config: z.strictObject({
    models: Path.optional().describe(
      "Folder with the model's folder, from the config file's; models in the state folder when left out",
    ),
    library: Path.default(PACKAGE).describe("Package that runs the model, or the path of its module"),
  }),
  requires: { house: House },
  setup(ctx, { house }) {
    const beside = dirname(house.config);
    const { library: name } = ctx.config;
    const models = ctx.config.models === undefined ? join(house.state, "models") : resolve(beside, ctx.config.models);
    const library = urlOf(name, beside);
    ctx.add(Embedders, {
      id: "transformers",
      version: `${MODEL}-fp32-${REVISION}`,
      dims: DIMS,
      window: WINDOW,
      summary: `${MODEL}: English, ${WINDOW} tokens, from a folder of yours`,
      unavailable: () => missing({ library, name, models, root: house.root }),
      module: new URL("./embedder.ts", import.meta.url).href,
      ...(library !== undefined && { options: { library, models } satisfies Options }),
    });
  },
});

/** Where a package, or a path, leads; undefined when it leads nowhere. */
function urlOf(name: string, beside: string): string | undefined {
  if (/^[./]/.test(name)) {
    const path = resolve(beside, name);
    return existsSync(path) ? pathToFileURL(path).href : undefined;
  }
  try {
    return import.meta.resolve(name);
  } catch {
    return;
  }
}
