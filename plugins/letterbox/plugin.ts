import {
  Ailments,
  Checks,
  Clock,
  Commands,
  type Context,
  definePlugin,
  House,
  OwnDatabase,
  Routes,
  readList,
  Secrets,
  Settled,
  Walls,
  Welcomes,
} from "hearth";
import { Messengers, SessionChanged, Sessions } from "hearth-plugins/sessions";
import { Allowance } from "./allowance";
import { quarantineCommand } from "./commands";
import { Commits } from "./commits";
import { Couriers, Letterbox, Limits, MailMoved, MessageScreened, MessageScreens, Senders } from "./contract";
import type { Counter } from "./counter";
import { Intake } from "./intake";
import { KeptLists } from "./kept-lists";
import { KeyRing } from "./key-ring";
import { keySecret } from "./key-secret";
import { LaterScreening } from "./later-screening";
import { MailTable } from "./mail-table";
import { waitingAilment, waitingText } from "./notices";
import { Quarantine } from "./quarantine";
import { quarantineDoor } from "./quarantine-door";
import { quarantineRoutes } from "./routes";
import { Screening } from "./screening";
import { TrustedSenders } from "./senders";
import { type Settings, settings } from "./settings";
import { SlidingLimits } from "./sliding-limits";
import { Wakes } from "./wakes";
import { letterboxWalls } from "./walls";

export default definePlugin({
  id: "letterbox",
  summary: "Takes in what people write: screens it, holds it or brings it to its place, and has it lead to a session",
  config: settings,
  env: { TRUSTED_API_KEYS: ["keys", readList] },
  requires: { house: House, clock: Clock, db: OwnDatabase, secrets: Secrets, sessions: Sessions },
  provides: [Senders, Limits, Letterbox],

  async setup(ctx, { house, clock, db, secrets, sessions }) {
    const { keys, cooldown, perDay, screenSeconds, screenPause, wakes: wakeSettings } = ctx.config;
    const { timeZone } = house;
    for (const key of keys) secrets.add(key);
    const ring = new KeyRing(await keySecret(house.state), keys);
    const allowance = new Allowance(db, clock, timeZone, { cooldown, perDay });

    const wakes = new Wakes({ db, sessions, clock, timeZone, settings: wakeSettings, log: ctx.log });
    ctx.own(() => wakes.close());
    for (const messenger of wakes.messengers()) ctx.add(Messengers, messenger);
    ctx.on(SessionChanged, change => wakes.sessionChanged(change));

    const counter: Counter = {
      table: new MailTable(db),
      commits: new Commits(db),
      settings: ctx.config,
      clock,
      log: ctx.log,
      couriers: () => ctx.items(Couriers),
      moved: news => ctx.emit(MailMoved, news),
      arrived: type => wakes.arrived(type),
    };
    const screening = new Screening({
      screens: () => ctx.items(MessageScreens),
      clock,
      log: ctx.log,
      seconds: screenSeconds,
      pause: screenPause,
      cut: ctx.cut,
    });
    const tell = (news: MessageScreened) => ctx.emit(MessageScreened, news);
    const quarantine = new Quarantine(counter);
    const later = new LaterScreening(counter, quarantine, screening, tell, ctx.signal);
    ctx.own(() => later.close());

    ctx.provide(Senders, new TrustedSenders(ring, allowance));
    ctx.provide(Limits, new SlidingLimits(clock));
    ctx.provide(Letterbox, new Intake(counter, screening, allowance, tell));
    for (const wall of letterboxWalls(ctx.config, () => ctx.items(MessageScreens))) ctx.add(Walls, wall);
    ctx.add(Checks, { id: "db:letterbox", run: () => void db.query("select 1").get() });
    ctx.add(Routes, quarantineRoutes(quarantine, new KeptLists(db, quarantine)));
    ctx.add(Commands, quarantineCommand(quarantineDoor(house, quarantine)));
    notify(ctx, quarantine);
    if (house.mode === "serve")
      ctx.on(Settled, () => {
        wakes.begin();
        later.begin(round => void ctx.track("later screening", round));
      });
  },
});

/** Has people told of what waits for them. */
function notify(ctx: Context<Settings>, quarantine: Quarantine): void {
  ctx.add(Ailments, { id: "letterbox", list: () => waitingAilment(quarantine) });
  const text = waitingText(quarantine);
  if (text)
    ctx.add(Welcomes, { id: "quarantine", text: () => `Quarantine  ${text}: bun run hearth quarantine review` });
}
