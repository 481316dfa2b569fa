import { dirname } from "node:path";
import { type Context, definePlugin, Home } from "hearth";
import { type Gathering, Sessions, type Source, source, WakeContext } from "hearth-plugins/sessions";
import { FileChanged, RememberingHome, Watches } from "hearth-plugins/watcher";
import { arrivalsText, visitorsText } from "./arrivals";
import { dayText } from "./day";
import { textOf } from "./home-text";
import { localTime } from "./local-time";
import { folderBullets, newestFiles, openFolders } from "./overview";
import { Settings } from "./settings";
import { newestThought } from "./thought";
import { timeText } from "./time";

/** What a source is beside its budget and limit, which the settings hold. */
type Reading = Pick<Source, "read" | "fallback"> & { readonly id: keyof Settings["budgets"] };

const page = (home: Home, id: Reading["id"], path: string, fallback?: string): Reading => ({
  id,
  ...(fallback && { fallback }),
  read: (_wake, _signal, note) => textOf(home, path, note),
});

/** All sources of this plugin, in the order of the prompt. */
function readings(home: Home, sessions: Sessions, settings: Settings): Reading[] {
  const { names, folders, firstDay, freshHours, slots } = settings;
  const openTo = ({ settings: { closed } }: Gathering) => openFolders(folders, closed);
  const arrivals = () => ({ names, since: lastVisitAt(sessions) });
  return [
    { id: "time", read: wake => timeText(wake, slots) },
    { id: "day", read: ({ now, timeZone }) => dayText(localTime(now, timeZone).date, firstDay) },
    page(home, "identity", "memory/identity.md"),
    page(home, "voice", "voice.md"),
    { id: "visitors", read: (wake, _, note) => visitorsText(home, wake.now, freshHours, note) },
    { id: "news", read: (_, __, note) => arrivalsText(home, "news", isPage, arrivals(), note) },
    { id: "gifts", read: (_, __, note) => arrivalsText(home, "gifts", isGift, arrivals(), note) },
    { id: "folders", read: wake => folderBullets(openTo(wake)) },
    { id: "files", read: (wake, _, note) => newestFiles(home, openTo(wake), names, note) },
    {
      id: "thought",
      read: (_, __, note) => newestThought(home, note),
      fallback: "(There is no earlier thought to show.)",
    },
    page(home, "memory", "memory/memory.md", "(There is nothing to show from memory/memory.md.)"),
    page(home, "compiled", "data/compiled-memory.md"),
    page(home, "prompt", "prompt/prompt.md"),
  ];
}

const isPage = ({ name }: { name: string }) => name.endsWith(".md");
/** A gift's description lies beside it as `<name>.meta.md`. */
const isGift = ({ name }: { name: string }) => !name.endsWith(".meta.md");

/** When the agent was last awake to the end; nothing when the newest sessions do not tell. */
function lastVisitAt(sessions: Sessions): Date | undefined {
  const last = sessions.list(50).find(({ state }) => state === "done")?.startedAt;
  return last ? new Date(last) : undefined;
}

/** Milliseconds of quiet after which a folder that has changed is read again, so that the next wake need not. */
const QUIET = 1000;

/** Forgets a folder when something in it changes, and reads it again when that has calmed down. */
function keepFresh(ctx: Context<unknown>, home: RememberingHome): void {
  const timers = new Map<string, Timer>();
  ctx.own(() => timers.forEach(clearTimeout));
  ctx.on(FileChanged, ({ path }) => {
    const folder = dirname(path);
    if (!home.forget(folder) && !timers.has(folder)) return;
    clearTimeout(timers.get(folder));
    timers.set(
      folder,
      setTimeout(() => {
        timers.delete(folder);
        void ctx.track(`reading ${folder}/`, home.list(folder)).catch(() => {}); // The wake that needs it will say why.
      }, QUIET),
    );
  });
}

export default definePlugin({
  id: "context-home",
  summary: "Tells each session what is in its home: time, memory, newest thought, folders, arrivals",
  api: "^1.0",
  config: Settings,
  requires: { home: Home, sessions: Sessions },
  setup(ctx, { home, sessions }) {
    const { budgets, limit } = ctx.config;
    const remembering = new RememberingHome(home, path => ctx.items(Watches).some(watch => watch.sees(path)));
    keepFresh(ctx, remembering);
    for (const reading of readings(remembering, sessions, ctx.config))
      ctx.add(WakeContext, source({ ...reading, budget: budgets[reading.id], limit }));
  },
});
