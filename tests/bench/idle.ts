import { readFileSync } from "node:fs";
import { startBenchDaemon, tenThousandFiles } from "./daemon";

const SECONDS = 20;
/** Clock ticks a second in /proc/<pid>/stat. */
const TICKS = 100;

const cpuTicks = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return Number(fields[11]) + Number(fields[12]);
};
const residentMb = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]) / 1024;

/** What a daemon costs that does nothing, with a home of 10,000 files. */
export async function idleCost(): Promise<{ cpuPercent: number; memoryMb: number }> {
  await using daemon = await startBenchDaemon({ fill: tenThousandFiles });
  await Bun.sleep(10_000);
  const before = cpuTicks(daemon.pid);
  await Bun.sleep(SECONDS * 1000);
  return { cpuPercent: ((cpuTicks(daemon.pid) - before) / TICKS / SECONDS) * 100, memoryMb: residentMb(daemon.pid) };
}
