import { definePlugin, Home } from "hearth";
import { isThought } from "hearth-plugins/content";
import { PostSession } from "hearth-plugins/sessions";
import { z } from "zod";
import { giveTitle } from "./give-title";

export default definePlugin({
  id: "hook-thoughts",
  summary: "Gives a title to thoughts whose front matter has none",
  config: z.strictObject({}),
  requires: { home: Home },
  setup: (ctx, { home }) =>
    ctx.add(PostSession, {
      id: "thoughts",
      limit: 60,
      unless: session => (session.changed.some(isThought) ? undefined : "it wrote no thought"),
      async run(session) {
        const told: string[] = [];
        for (const path of session.changed.filter(isThought)) {
          const what = await giveTitle(home, path);
          if (what) told.push(`${path}: ${what}`);
        }
        return told.join("; ") || "every thought has its title";
      },
    }),
});
