import { isAbsolute, relative, resolve } from "node:path";
import {
  Checks,
  Clock,
  Commands,
  type Context,
  definePlugin,
  Home,
  type HomeFolder,
  House,
  messageOf,
  OwnDatabase,
  Routes,
  Secrets,
  Walls,
  Welcomes,
} from "hearth";
import { Outfitters } from "hearth-plugins/sessions";
import { Accounts } from "./accounts";
import { Budget } from "./budget";
import { gatewayCommands } from "./commands";
import { CostReader } from "./costs";
import { credentialsOf } from "./credentials";
import { Desk } from "./desk";
import { Entrance } from "./entrance";
import { Gate } from "./gate";
import { Ledger } from "./ledger";
import { MainSwitch } from "./main-switch";
import { Prices } from "./prices";
import { Reception } from "./reception";
import { Recorder } from "./recorder";
import { gatewayRoutes } from "./routes";
import { Seats } from "./seats";
import { type Settings, settings } from "./settings";
import { Upstream } from "./upstream";
import { budgetWall } from "./wall";
import { welcomeText } from "./welcome";

export default definePlugin({
  id: "gateway",
  summary: "Leads agents to the model: keeps the key, counts what they spend, stops them at their budgets",
  config: settings,
  env: {
    ANTHROPIC_API_KEY: ["apiKey", String],
    ANTHROPIC_AUTH_TOKEN: ["authToken", String],
    CLAUDE_CODE_OAUTH_TOKEN: ["oauthToken", String],
    ANTHROPIC_BASE_URL: ["baseUrl", String],
  },
  requires: { home: Home, house: House, clock: Clock, db: OwnDatabase, secrets: Secrets },

  setup(ctx, { home, house, clock, db, secrets }) {
    const { config, log } = ctx;
    for (const secret of [config.apiKey, config.authToken, config.oauthToken]) secrets.add(secret);
    const ledger = new Ledger(db, clock, house.timeZone);
    const accounts = new Accounts(db, clock);
    const mainSwitch = new MainSwitch(db, clock);
    const seats = new Seats();
    const budget = new Budget({ settings: config, ledger, accounts, mainSwitch, seats });
    const costs = new CostReader(db);
    const today = () => ledger.today();

    ctx.add(Checks, { id: "db:gateway", run: () => void db.query("select 1").get() });
    ctx.add(Routes, gatewayRoutes(costs, budget, today));
    for (const command of gatewayCommands(costs, budget, today)) ctx.add(Commands, command);
    const credentials = credentialsOf(config);
    ctx.add(Welcomes, { id: "gateway", text: () => welcomeText(config, credentials, mainSwitch.stopped()) });
    ctx.add(Walls, budgetWall(config, credentials, mainSwitch));
    if (!credentials) return;

    const desk = new Desk({
      settings: config,
      seats,
      gate: new Gate({ settings: config, ledger, mainSwitch, prices: new Prices(config.prices), clock }),
      upstream: new Upstream(config.baseUrl, credentials),
      recorder: recorderOf(ctx, home, house, clock),
      fault: (message, error) => log.error(message, { error: messageOf(error) }),
    });
    const entrance = new Entrance(desk);
    ctx.own(() => entrance.close());
    const lost = (calls: number) => log.warn("calls that a crash cut off count as they were reserved", { calls });
    const track = (what: string, over: Promise<void>) => void ctx.track(what, over);
    const reception = new Reception({
      ...{ settings: config, entrance, seats, accounts, ledger, mainSwitch, clock, lost, track },
    });
    ctx.own(() => reception.close());
    ctx.add(Outfitters, reception);
  },
});

/** Keeps all traffic, when the settings ask for that. @throws Error for a folder that the agent can read */
function recorderOf(
  { config, log, track }: Context<Settings>,
  home: HomeFolder,
  { state }: House,
  clock: Clock,
): Recorder | undefined {
  if (config.record === undefined) return;
  const folder = resolve(state, config.record);
  if (!isWithin(home.path, folder)) return new Recorder(folder, clock, log, (what, work) => void track(what, work));
  throw new Error(`record: ${folder} lies in the home, where the agent reads; name a folder outside`);
}

const isWithin = (folder: string, path: string): boolean => {
  const way = relative(folder, path);
  return !way.startsWith("..") && !isAbsolute(way);
};
