import {
  Ailments,
  Clock,
  type Context,
  definePlugin,
  Home,
  House,
  Routes,
  Secrets,
  Settled,
  Templates,
  Walls,
  Welcomes,
} from "hearth";
import { Asker, HouseModels } from "hearth-plugins/gateway";
import { MailMoved, MessageScreened, MessageScreens } from "hearth-plugins/letterbox";
import { AuditLog } from "./audit-log";
import { decisionEntry, screeningEntry } from "./entries";
import { Judge } from "./judge";
import { Reach } from "./reach";
import { moderationRoutes } from "./routes";
import { contentScreen, injectionScreen } from "./screens";
import { Settings } from "./settings";
import { moderationWall } from "./wall";

export default definePlugin({
  id: "moderation",
  summary: "Looks at what people write before the agent sees it, and keeps an audit log",
  config: Settings,
  env: { ANTHROPIC_API_KEY: ["apiKey", String], ANTHROPIC_BASE_URL: ["baseUrl", String] },
  requires: { home: Home, house: House, clock: Clock, secrets: Secrets, templates: Templates },

  setup(ctx, { home, house, clock, secrets, templates }) {
    const { content, injection, apiKey, baseUrl, model, timeout } = ctx.config;
    secrets.add(apiKey);
    const reach = new Reach(clock, ctx.log);
    const houses = () => ctx.items(HouseModels);
    const asker = new Asker({ part: "moderation", houses, apiKey, baseUrl, model, timeout, retries: 0 });
    const judge = new Judge(asker, fault => reach.note(fault));
    if (content) ctx.add(MessageScreens, contentScreen(judge, templates));
    if (injection) ctx.add(MessageScreens, injectionScreen(judge, templates));
    ctx.add(Ailments, reach);
    ctx.add(Walls, moderationWall(ctx.config, asker));
    if (house.mode === "serve" && (content || injection)) tellWhoJudges(ctx, asker, reach);

    const audit = new AuditLog(home, clock, house.timeZone);
    keepAudit(ctx, audit);
    ctx.add(Routes, moderationRoutes(audit, ctx.log));
  },
});

/** Writes down what was screened, and what a person decided. */
function keepAudit(ctx: Context<Settings>, audit: AuditLog): void {
  const write = (entry: { readonly source: string } & Record<string, unknown>) => audit.write(entry.source, entry);
  ctx.on(MessageScreened, screening => write(screeningEntry(screening)));
  ctx.on(MailMoved, move => (move.by === "person" ? write(decisionEntry(move)) : undefined));
}

/** Without a key nothing is screened, and whoever starts Hearth must know what that means. */
function tellWhoJudges(ctx: Context<Settings>, asker: Asker, reach: Reach): void {
  ctx.on(Settled, () => reach.look(asker.lacks()));
  ctx.add(Welcomes, {
    id: "moderation",
    text: () =>
      asker.lacks() === undefined
        ? `Moderation  ${ctx.config.model} looks at what people write before the agent does`
        : "Moderation  none without ANTHROPIC_API_KEY: what strangers write waits for you (hearth quarantine), unless outage of [plugins.letterbox] says otherwise",
  });
}
