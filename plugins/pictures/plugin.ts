import { definePlugin } from "hearth";
import { PictureCleaner } from "./cleaner";
import { Pictures } from "./contract";
import { settings } from "./settings";

export default definePlugin({
  id: "pictures",
  summary: "Makes pictures that people send in safe to keep",
  config: settings,
  provides: [Pictures],

  setup(ctx) {
    const cleaner = new PictureCleaner(ctx.config);
    ctx.provide(Pictures, {
      maxBytes: cleaner.maxBytes,
      clean: (upload, longest) => ctx.track("to clean a picture", cleaner.clean(upload, longest)),
    });
  },
});
