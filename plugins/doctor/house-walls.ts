import { existsSync, readFileSync, statSync } from "node:fs";
import { userInfo } from "node:os";
import { isAbsolute, join, relative } from "node:path";
import { type Clock, type House, type Inspector, namesSecret, type Wall, type WallLook } from "hearth";
import { diskLook } from "./disk";
import { hostLook, originsLook } from "./doors";

/** What the walls of the house itself are judged by. */
export interface Surroundings {
  /** The agent's home: an absolute path. */
  readonly home: string;
  readonly house: House;
  readonly clock: Clock;
  readonly inspector: Inspector;
}

/** The walls that every house has, whatever its plugins. */
export const houseWalls = ({ home, house, clock, inspector }: Surroundings): Wall[] => [
  { id: "plugins", look: () => pluginsLook(inspector) },
  { id: "state", look: () => stateLook(house.state, home) },
  { id: "api-key", look: () => keyLook(house) },
  { id: "secrets", look: () => secretsLook(house, inspector.variables()) },
  { id: "http", look: () => hostLook(house.http.host) },
  { id: "origins", look: () => originsLook(house.http.origins) },
  { id: "clock", look: () => clockLook(house, clock.now()) },
  { id: "disk", look: () => diskLook({ home, state: house.state }) },
];

function pluginsLook(inspector: Inspector): WallLook {
  const plugins = inspector.plugins();
  const broken = plugins.filter(({ state }) => state === "failed" || state === "waiting");
  const on = plugins.filter(({ state }) => state === "active").length;
  if (broken.length === 0) return { state: "ok", what: `${on} plugins run, ${plugins.length - on} are turned off` };
  const names = broken.map(({ id, state }) => `${id} (${state})`).join(", ");
  return { state: "missing", what: `not all plugins run: ${names}`, todo: "`hearth graph` says why" };
}

function stateLook(state: string, home: string): WallLook {
  const { mode, uid } = statSync(state);
  const way = relative(home, state);
  if (!way.startsWith("..") && !isAbsolute(way))
    return {
      state: "missing",
      what: `the state folder ${state} lies in the agent's home, where the agent reads`,
      todo: "name another with HEARTH_STATE",
    };
  if ((mode & 0o077) !== 0)
    return {
      state: "missing",
      what: `others on this machine may open ${state}, with the keys in it (mode ${octal(mode)})`,
      todo: `chmod 700 ${state}`,
    };
  if (process.getuid && uid !== process.getuid())
    return {
      state: "weak",
      what: `${state} belongs to the user ${uid}, not to ${userInfo().username}, who runs Hearth`,
      todo: `chown -R ${userInfo().username} ${state}`,
    };
  return { state: "ok", what: `${state} is open to its owner alone (mode ${octal(mode)})` };
}

const octal = (mode: number) => (mode & 0o777).toString(8).padStart(3, "0");

/** Characters of a key that nobody guesses. */
const LONG_ENOUGH = 20;

function keyLook({ state, env }: House): WallLook {
  const given = env["API_KEY"];
  if (given && given.length < LONG_ENOUGH)
    return {
      state: "weak",
      what: `API_KEY has ${given.length} characters, which can be guessed`,
      todo: `give one of ${LONG_ENOUGH} or more, or none: then Hearth makes its own`,
    };
  if (given) return { state: "ok", what: "the service key is given by API_KEY" };
  const file = join(state, "api.key");
  if (!existsSync(file)) return { state: "ok", what: "Hearth makes a service key of its own at its first start" };
  const { mode } = statSync(file);
  if ((mode & 0o077) === 0) return { state: "ok", what: `the service key is Hearth's own, in ${file}` };
  return { state: "missing", what: `others may read the service key (mode ${octal(mode)})`, todo: `chmod 600 ${file}` };
}

/** Of the kernel, and of the agents' own programs. */
const readElsewhere = /^(API_KEY|ANTHROPIC_\w+|CLAUDE_\w+)$/;

function secretsLook({ env, config }: House, read: ReadonlySet<string>): WallLook {
  const inConfig = new Set([...textOf(config).matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name!));
  const secrets = Object.keys(env).filter(name => env[name] && namesSecret(name));
  const idle = secrets.filter(name => !read.has(name) && !inConfig.has(name) && !readElsewhere.test(name));
  if (idle.length === 0)
    return { state: "ok", what: `each of the ${secrets.length} secrets in the environment is used` };
  return {
    state: "weak",
    what: `in Hearth's environment there are secrets that reach nobody: ${idle.sort().join(", ")}`,
    todo: "start Hearth without them, or turn on the plugin that they are for",
  };
}

const textOf = (file: string) => (existsSync(file) ? readFileSync(file, "utf8") : "");

const DAY = 86_400_000;

function clockLook({ config, timeZone, env }: House, now: Date): WallLook {
  const shown = `${now.toLocaleString("en-GB", { timeZone, dateStyle: "medium", timeStyle: "short" })} (${timeZone})`;
  if (env["HEARTH_CLOCK"])
    return {
      state: "weak",
      what: `HEARTH_CLOCK has set the house's clock to another time: ${shown}`,
      todo: "start without it",
    };
  const written = existsSync(config) ? statSync(config).mtimeMs : 0;
  if (written - Date.now() > DAY)
    return {
      state: "missing",
      what: `the machine's clock is behind: it is ${shown}, and the config file was written later`,
      todo: "set the clock; sessions would wake at the wrong times",
    };
  return { state: "ok", what: `it is ${shown}; days and slots are counted so` };
}
