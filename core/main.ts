import { startDaemon } from "./daemon";
import { messageOf } from "./errors";

/** Runs the daemon until it is told to stop. Exit codes: 0 after an orderly stop, 1 when it could not start, 130 when a second signal ended it. */
export async function serve(): Promise<void> {
  const starting = startDaemon(process.env).catch(error => {
    process.stderr.write(`Hearth cannot start.\n${messageOf(error)}\n`);
    process.exit(1);
  });
  let stopping = false;
  const stop = async () => {
    if (stopping) process.exit(130);
    stopping = true;
    await (await starting).stop();
    process.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void stop());
  await starting;
}
