import {
  Ailments,
  Checks,
  Clock,
  Commands,
  definePlugin,
  Home,
  House,
  OwnDatabase,
  Routes,
  Schedules,
  Secrets,
  Settled,
  Welcomes,
} from "hearth";
import { Pictures } from "hearth-plugins/pictures";
import { Messengers, PostSession, SessionChanged, Sessions } from "hearth-plugins/sessions";
import { AgentTools } from "hearth-plugins/tools";
import { telegramCommand } from "./commands";
import { holdFolders } from "./holders";
import { Outbox } from "./outbox";
import { ownerTool } from "./owner-tool";
import { People } from "./people";
import { webhookRoutes, webhookSecret } from "./routes";
import { readPeople, settings } from "./settings";
import { Station } from "./station";

export default definePlugin({
  id: "telegram",
  summary: "Lets people talk with the agent on Telegram",
  config: settings,
  env: {
    TELEGRAM_BOT_TOKEN: ["token", String],
    TELEGRAM_CHAT_ID: ["owner", String],
    TELEGRAM_AUTHORIZED_USERS_RAW: ["people", readPeople],
    TELEGRAM_POLL_TIMEOUT: ["pollSeconds", Number],
  },
  requires: {
    home: Home,
    house: House,
    clock: Clock,
    db: OwnDatabase,
    secrets: Secrets,
    sessions: Sessions,
    pictures: Pictures,
  },

  setup(ctx, { home, house, clock, db, secrets, sessions, pictures }) {
    const { config, log } = ctx;
    const { token } = config;
    const outbox = new Outbox(db, clock);
    if (token === undefined)
      return ctx.add(
        Commands,
        telegramCommand(outbox, () => {}),
      );
    secrets.add(token);
    const secret = webhookSecret(token);
    secrets.add(secret);

    const people = new People(config);
    holdFolders(db, home.path, people.all());
    const station = new Station({
      config: { ...config, token },
      secret,
      people,
      outbox,
      ...{ home, clock, db, sessions, pictures, log },
      track: (what, work) => ctx.track(what, work),
      signal: ctx.signal,
      cut: ctx.cut,
    });
    ctx.own(() => station.close());
    ctx.signal.addEventListener("abort", () => station.close());
    for (const messenger of station.wakes.messengers()) ctx.add(Messengers, messenger);
    ctx.add(PostSession, station.wakes.hook());
    ctx.on(SessionChanged, change => station.wakes.sessionChanged(change));
    ctx.add(
      AgentTools,
      ownerTool(outbox, people.owner, chat => station.sender.poke(chat)),
    );
    ctx.add(
      Commands,
      telegramCommand(outbox, chats => chats.forEach(chat => station.sender.poke(chat))),
    );
    ctx.add(Ailments, station.line);
    ctx.add(Checks, { id: "db:telegram", run: () => void db.query("select 1").get() });
    ctx.add(Schedules, { id: "telegram.sweep", cron: "41 4 * * *", catchUp: "once", run: () => station.sweep() });
    if (config.webhookUrl !== undefined)
      ctx.add(
        Routes,
        webhookRoutes(secret, updates => station.door.take(updates)),
      );
    if (house.mode !== "serve") return;
    ctx.add(Welcomes, { id: "telegram", text: () => `Telegram    ${people.count} may write to the agent` });
    ctx.on(Settled, () => station.begin());
  },
});
