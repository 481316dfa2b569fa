import { startBenchDaemon } from "./daemon";
import { type Versus, versusBare } from "./versus";

/** A logged JSON route of the daemon against a bare `Bun.serve` that gives the same answer, made anew each time by both. */
export async function routeRatio(path: string): Promise<Versus> {
  await using daemon = await startBenchDaemon();
  return await versusBare(daemon, path, "anew");
}
