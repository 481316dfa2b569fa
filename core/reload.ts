import { type Config, type Env, readConfig } from "./config";
import { messageOf } from "./errors";
import { configFile, entriesOf, type OpenHouse } from "./open";
import { watchFiles } from "./watch";

/** Milliseconds in which several writes of the config file are one change. */
const SETTLE = 100;

/**
 * Follows the config file while Hearth runs. With any error in it, the old configuration stays, and all errors are told.
 * Answers how to end that.
 */
export async function followConfig({ kernel, config: first }: OpenHouse, env: Env): Promise<() => Promise<void>> {
  const log = kernel.log("kernel");
  let ended = false;
  const takeOver = async () => {
    const before = kernel.units().map(({ entry }) => entry);
    try {
      const config = readConfig(configFile(env), env);
      const entries = await entriesOf(config, kernel, env);
      if (ended) return; // Hearth stopped meanwhile, and nothing may start again
      await kernel.apply(entries).catch(async error => {
        await kernel.apply(before); // a critical plugin failed: back to what ran
        throw error;
      });
      if (needsRestart(first, config)) log.warn(`${fixed} are taken over at the next start only`);
      log.info("the configuration was taken over");
    } catch (error) {
      log.error("the configuration was not taken over; the old one stays", { error: messageOf(error) });
    }
  };
  let turn = Promise.resolve();
  const inTurn = () => {
    turn = turn.then(takeOver); // the last change is the last one taken over
  };
  const watch = await watchFiles([first.file], { settle: SETTLE }, inTurn);
  if (differs(first, env)) inTurn(); // written before the watch stood, which tells only what comes after
  return () => {
    ended = true;
    return watch.close();
  };
}

function differs(first: Config, env: Env): boolean {
  try {
    return JSON.stringify(readConfig(configFile(env), env).settings) !== JSON.stringify(first.settings);
  } catch {
    return true;
  }
}

const fixed = "home, state, timeZone, [http], [log] and [limits]";

function needsRestart(before: Config, after: Config): boolean {
  const text = ({ home, state, settings: { plugins: _, ...rest } }: Config) => JSON.stringify({ home, state, rest });
  return text(before) !== text(after);
}
