import type { Server } from "bun";
import { settledWithin } from "./activity";
import type { Config, Env } from "./config";
import { readConfig } from "./config";
import { removeDaemonFile, writeDaemonFile } from "./daemon-file";
import { messageOf } from "./errors";
import { HttpHost } from "./http";
import { takeLock } from "./lock";
import { LineBuffer, type Logger } from "./log";
import { configFile, entriesOf, type OpenHouse, openHouse } from "./open";
import { BASE_PATH } from "./routes";
import { rungOnDisk } from "./rung";
import { Scheduler } from "./schedule";
import { serviceKey } from "./service-key";
import { watchFiles } from "./watch";
import { Welcomes } from "./welcome";

/** Seconds that streams get to take their last event after everything else has ended. */
const LAST_BYTES = 2;
/** Milliseconds in which several writes of the config file are one change. */
const CONFIG_SETTLE = 100;

/** A Hearth that serves. */
export interface Daemon {
  /** "http://127.0.0.1:8000" */
  readonly url: string;
  /** Milliseconds from the call to the first request that could be answered. */
  readonly readyMs: number;
  /** Lets what runs end within the limit, then closes everything. */
  stop(): Promise<void>;
}

/**
 * Starts the daemon: configuration, plugins, HTTP, schedules, and the watch on the config file.
 * @throws ConfigError, and HearthError HELD when another daemon has the state folder
 */
export async function startDaemon(env: Env): Promise<Daemon> {
  const from = performance.now();
  const lines = new LineBuffer(text => process.stdout.write(text));
  const open = await openHouse({ env, mode: "serve", out: line => lines.write(line), terminal: process.stdout.isTTY });
  const release = takeLock(open.house.state);
  const { kernel, config } = open;
  const log = kernel.log("kernel");
  const key = serviceKey(config.state, env);
  open.secrets.add(key.value);

  let server: Server<undefined>;
  try {
    await kernel.apply(await entriesOf(config, kernel, env));
    const { origins } = config.settings.http;
    server = listen(config, new HttpHost({ kernel, key, access: open.access, origins }));
  } catch (error) {
    await open.close();
    release();
    lines.flush();
    throw error;
  }
  const scheduler = new Scheduler(kernel, open.clock, open.house.timeZone, rungOnDisk(open.db));
  const unwatch = await watchConfig(open, env);
  const url = `http://${server.hostname}:${server.port}`;
  await writeDaemonFile(config.state, { pid: process.pid, url });
  const readyMs = performance.now() - from;
  log.info("ready", {
    url,
    ms: Math.round(readyMs),
    plugins: kernel.units().filter(unit => unit.state === "active").length,
  });
  await greet(open, url);

  const restoreErrors = outliveStrayErrors(log);

  const stop = async () => {
    log.info("stopping");
    scheduler.stop();
    await unwatch();
    const closed = server.stop(false);
    removeDaemonFile(config.state);
    await open.close();
    if (!(await settledWithin(Promise.resolve(closed), LAST_BYTES * 1000))) await server.stop(true);
    restoreErrors();
    log.info("stopped");
    lines.flush();
    release();
  };
  return { url, readyMs, stop };
}

/** What a plugin throws where nobody can catch it (a timer, a forgotten promise) is told, and ends nobody else's life. */
function outliveStrayErrors(log: Logger): () => void {
  const tell = (error: unknown) =>
    log.error("an error that nobody caught", {
      error: messageOf(error),
      stack: error instanceof Error ? error.stack : undefined,
    });
  for (const name of ["uncaughtException", "unhandledRejection"] as const) process.on(name, tell);
  return () => {
    for (const name of ["uncaughtException", "unhandledRejection"] as const) process.off(name, tell);
  };
}

function listen(config: Config, host: HttpHost): Server<undefined> {
  const { host: hostname, port, maxBody } = config.settings.http;
  return Bun.serve({
    hostname,
    port,
    maxRequestBodySize: maxBody,
    idleTimeout: 60,
    development: false,
    fetch(request, server) {
      const answer = host.fetch(request);
      if (answer instanceof Response) return unhurried(answer, request, server);
      return answer.then(response => unhurried(response, request, server));
    },
    error: () => Response.json({ detail: "Internal Server Error" }, { status: 500 }),
  });
}

/** Bun closes a connection that is quiet; a stream may be quiet for as long as it likes. */
function unhurried(response: Response, request: Request, server: Server<undefined>): Response {
  if (response.headers.get("content-type")?.startsWith("text/event-stream")) server.timeout(request, 0);
  return response;
}

/** Follows the config file. With any error in it, the old configuration stays, and all errors are told. */
async function watchConfig(open: OpenHouse, env: Env): Promise<() => Promise<void>> {
  const log = open.kernel.log("kernel");
  const reload = async () => {
    try {
      const config = readConfig(configFile(env), env);
      tellWhatNeedsRestart(open.config, config, text => log.warn(text));
      await open.kernel.apply(await entriesOf(config, open.kernel, env));
      log.info("the configuration was taken over");
    } catch (error) {
      log.error("the configuration was not taken over; the old one stays", { error: messageOf(error) });
    }
  };
  return watchFiles([open.config.file], { settle: CONFIG_SETTLE }, () => void reload());
}

function tellWhatNeedsRestart(before: Config, after: Config, tell: (text: string) => void): void {
  const fixed = ({ home, state, settings: { plugins: _, ...rest } }: Config) => JSON.stringify({ home, state, rest });
  if (fixed(before) !== fixed(after))
    tell("home, state, timeZone, [http], [log] and [limits] are taken over at the next start only");
}

/** Says in plain words where to look and how to go on. On stderr, so that the log on stdout stays JSON lines. */
async function greet({ house, config, kernel }: OpenHouse, url: string): Promise<void> {
  const texts = await Promise.all(kernel.slots.held(Welcomes).map(async ({ item }) => item.text(url + BASE_PATH)));
  const lines = [
    "",
    "Hearth is awake.",
    `  Listening   ${url}${BASE_PATH}`,
    `  Home        ${config.home}${house.fresh ? " (made just now)" : ""}`,
    `  State       ${config.state} (service key: API_KEY, else the file api.key in it)`,
    `  Config      ${config.file}`,
    ...texts.map(text => `  ${text}`),
    "",
  ];
  process.stderr.write(`${lines.join("\n")}\n`);
}
