import { type BenchDaemon, median, startBenchDaemon, tenThousandFiles } from "./daemon";
import { spawnedAfter, spawnedAgent } from "./spawned";

const ROUNDS = 7;

/** Milliseconds from the order (POST /admin/wake) to the first instruction of the agent's process. */
export async function triggerToSpawn(): Promise<{ emptyMs: number; fullMs: number }> {
  return { emptyMs: await measure(), fullMs: await measure(tenThousandFiles) };
}

async function measure(fill?: (home: string) => void): Promise<number> {
  using agent = spawnedAgent("wake");
  await using daemon = await startBenchDaemon({ ...agent, ...(fill && { fill }) });
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) times.push(await once(daemon));
  return median(times);
}

async function once(daemon: BenchDaemon): Promise<number> {
  const { url, key } = daemon;
  const from = Date.now();
  const answer = await fetch(`${url}/api/v1/admin/wake`, {
    method: "POST",
    headers: { "x-api-key": key, "content-type": "application/json" },
    body: "{}",
  });
  if (answer.status !== 202) throw new Error(`the wake was answered with ${answer.status}`);
  const took = (await spawnedAfter(daemon, from)) - from;
  await idle(url);
  return took;
}

/** Waits until no session is on its way. */
export async function idle(url: string): Promise<void> {
  const state = async () => ((await (await fetch(`${url}/api/v1/session/status`)).json()) as { state: string }).state;
  while ((await state()) !== "idle") await Bun.sleep(5);
}
