import { Clock, Commands, definePlugin, Home, House, OwnDatabase, Secrets, Templates, Turns, UsageError } from "hearth";
import { Asker, HouseModels } from "hearth-plugins/gateway";
import { PostSession } from "hearth-plugins/sessions";
import { Book } from "./book";
import { CompiledMemory } from "./compiled-memory";
import { Model } from "./model";
import { NO_MODEL, Settings } from "./settings";

/** Seconds for everything but the model. */
const LOCAL_WORK = 60;

export default definePlugin({
  id: "hook-compile-memory",
  summary: "Condenses memory/ into one page that every session reads",
  config: Settings,
  env: { ANTHROPIC_API_KEY: ["apiKey", String], ANTHROPIC_BASE_URL: ["baseUrl", String] },
  requires: { home: Home, house: House, clock: Clock, secrets: Secrets, templates: Templates, db: OwnDatabase },

  setup(ctx, { home, house, clock, secrets, templates, db }) {
    const { timeout, inputCharacters: room, apiKey, baseUrl, model, retries } = ctx.config;
    secrets.add(apiKey);
    const houses = () => ctx.items(HouseModels);
    const asker = new Asker({ part: "hook-compile-memory", houses, apiKey, baseUrl, model, timeout, retries });
    const { timeZone } = house;
    const book = new Book(db, clock);
    const memory = new CompiledMemory({
      home,
      secrets,
      templates,
      clock,
      book,
      timeZone,
      room,
      model: () => modelOf(asker),
    });
    const turns = new Turns(1, Number.POSITIVE_INFINITY, () => new Error("no end"));
    const update = (force: boolean, signal: AbortSignal) =>
      turns.take(async () => {
        signal.throwIfAborted();
        return memory.update(force, signal);
      });
    ctx.add(PostSession, {
      id: "compile-memory",
      after: ["prompt"],
      limit: timeout + LOCAL_WORK,
      run: (_, signal) => update(false, signal),
    });
    ctx.add(Commands, {
      id: "compile-memory",
      usage: "[--force]",
      summary: "condense memory/ now; --force also when nothing has changed",
      alone: true,
      async run(args, { print, signal }) {
        const unknown = args.find(arg => arg !== "--force");
        if (unknown !== undefined) throw new UsageError(`compile-memory takes --force or nothing, not "${unknown}"`);
        print(await update(args.length > 0, signal));
      },
    });
  },
});

/** The model that is configured; or why there is none. */
function modelOf(asker: Asker): Model | string {
  if (asker.terms.model === NO_MODEL) return `plugins.hook-compile-memory.model is "${NO_MODEL}"`;
  return asker.lacks() ?? new Model(asker);
}
