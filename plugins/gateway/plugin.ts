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
  type Logger,
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
import { Desk } from "./desk";
import { Entrance } from "./entrance";
import { Gate } from "./gate";
import { HouseModels } from "./house-model";
import { KeyRing } from "./key-ring";
import { Ledger } from "./ledger";
import { MainSwitch } from "./main-switch";
import { ModelLogins } from "./model-login";
import { Parts } from "./parts";
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
    const keys = new KeyRing({ settings: config, logins: () => ctx.items(ModelLogins), secrets });
    const desk = new Desk({
      settings: config,
      seats,
      gate: new Gate({ settings: config, ledger, mainSwitch, prices: new Prices(config.prices), clock }),
      upstream: new Upstream(config.baseUrl, keys),
      recorder: recorderOf(ctx, home, house, clock),
      fault: (message, error) => log.error(message, { error: messageOf(error) }),
    });

    const entrance = new Entrance(desk);
    ctx.own(() => entrance.close());
    const settleLost = once(() => tellLost(log, ledger.settleLost()));
    const track = (what: string, over: Promise<void>) => void ctx.track(what, over);
    const reception = new Reception({
      ...{ settings: config, entrance, seats, accounts, ledger, mainSwitch, clock, keys, settleLost, track },
    });
    ctx.own(() => reception.close());
    ctx.add(Outfitters, reception);
    // A command that only looks does not have the state folder for itself; a session, and the daemon, have.
    const parts = new Parts({ desk, keys, accounts, settleLost: () => house.mode === "serve" && settleLost() });
    ctx.own(() => parts.close());
    ctx.add(HouseModels, parts);

    const budget = new Budget({ settings: config, ledger, accounts, mainSwitch, seats, parts });
    const costs = new CostReader(db);
    const today = () => ledger.today();
    ctx.add(Checks, { id: "db:gateway", run: () => void db.query("select 1").get() });
    ctx.add(Routes, gatewayRoutes(costs, budget, today));
    for (const command of gatewayCommands(costs, budget, today)) ctx.add(Commands, command);
    ctx.add(Welcomes, { id: "gateway", text: () => welcomeText(config, keys, mainSwitch.stopped()) });
    ctx.add(Walls, budgetWall(config, keys, mainSwitch));
  },
});

function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) work();
    isDone = true;
  };
}

function tellLost(log: Logger, calls: number): void {
  if (calls > 0) log.warn("calls that a crash cut off count as they were reserved", { calls });
}

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
