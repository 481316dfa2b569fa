import { startBenchDaemon, tenThousandFiles } from "./daemon";
import { cpuSeconds, residentMb } from "./process-cost";

const SECONDS = 20;
/** Seconds in which a home that was never seen before is read, and the memory for that is given back. */
const SETTLING = 35;

/** What a daemon costs that does nothing, with a home of 10,000 files. */
export async function idleCost(): Promise<{ cpuPercent: number; memoryMb: number }> {
  await using daemon = await startBenchDaemon({ fill: tenThousandFiles });
  await Bun.sleep(SETTLING * 1000);
  const before = cpuSeconds(daemon.pid);
  await Bun.sleep(SECONDS * 1000);
  return { cpuPercent: ((cpuSeconds(daemon.pid) - before) / SECONDS) * 100, memoryMb: residentMb(daemon.pid) };
}
