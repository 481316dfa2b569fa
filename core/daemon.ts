import type { Server } from "bun";
import { type AccessLog, accessLog, prettyAccessLog } from "./access-log";
import { settledWithin } from "./activity";
import type { Env } from "./config";
import { removeDaemonFile, writeDaemonFile } from "./daemon-file";
import { greeting } from "./greeting";
import { HttpHost } from "./http";
import { LineBuffer } from "./line-buffer";
import { listen } from "./listen";
import { takeHouse } from "./lock";
import { levels } from "./log";
import { entriesOf, type OpenHouse, openHouse } from "./open";
import { followConfig } from "./reload";
import { rungOnDisk } from "./rung";
import { Scheduler } from "./schedule";
import { serviceKey } from "./service-key";
import { outliveStrayErrors } from "./stray-errors";

/** Seconds that streams get to take their last event after everything else has ended. */
const LAST_BYTES = 2;

/** A Hearth that serves. */
export interface Daemon {
  /** "http://127.0.0.1:8000" */
  readonly url: string;
  /** Lets what runs end within the limit, then closes everything. */
  stop(): Promise<void>;
}

/**
 * Starts the daemon: configuration, plugins, HTTP, schedules, and the watch on the config file.
 * @throws ConfigError, and HearthError HELD or LIVED_IN when another has the state folder or the home
 */
export async function startDaemon(env: Env): Promise<Daemon> {
  const from = performance.now();
  const lines = new LineBuffer(bytes => process.stdout.write(bytes));
  const open = await openHouse({ env, mode: "serve", out: line => lines.write(line), terminal: process.stdout.isTTY });
  const { kernel, config, house } = open;
  const log = kernel.log("kernel");
  const release = takeHouse(config.state, config.home);
  const server = await serve(open, env, requestLog(open, lines)).catch(async error => {
    await open.close();
    release();
    lines.flush();
    throw error;
  });
  const restoreErrors = outliveStrayErrors(log);
  const scheduler = new Scheduler(kernel, open.clock, house.timeZone, rungOnDisk(open.db));
  const url = server.url.origin;
  await writeDaemonFile(config.state, { pid: process.pid, url });
  const active = kernel.units().filter(unit => unit.state === "active").length;
  log.info("ready", { url, ms: Math.round(performance.now() - from), plugins: active });
  // On stderr, so that the log on stdout stays JSON lines.
  process.stderr.write(await greeting(open, url));
  const unfollow = await followConfig(open, env);

  const stop = async () => {
    log.info("stopping");
    scheduler.stop();
    await unfollow();
    const closed = server.stop(false);
    removeDaemonFile(config.state);
    await open.close();
    if (!(await settledWithin(closed, LAST_BYTES * 1000))) await server.stop(true);
    restoreErrors();
    log.info("stopped");
    lines.flush();
    release();
  };
  return { url, stop };
}

/** Starts the plugins, and opens the door when they are there. */
async function serve(open: OpenHouse, env: Env, access: AccessLog): Promise<Server<undefined>> {
  const { kernel, config, secrets, callers } = open;
  const { http } = config.settings;
  const key = serviceKey(config.state, env);
  secrets.add(key.value);
  await kernel.apply(await entriesOf(config, kernel, env));
  return listen(http, new HttpHost({ kernel, key, access, callers, origins: http.origins }));
}

/** Where the lines of requests go, which are of the level "info". */
function requestLog({ config, pretty, secrets }: OpenHouse, lines: LineBuffer): AccessLog {
  if (levels.indexOf(config.settings.log.level) > levels.indexOf("info")) return () => {};
  return (pretty ? prettyAccessLog : accessLog)(lines, text => secrets.redact(text));
}
