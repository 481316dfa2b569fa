import { type BenchDaemon, median, startBenchDaemon, tenThousandFiles } from "./daemon";
import { type SpawnedAgent, spawnedAfter, spawnedAgent } from "./spawned";

const ROUNDS = 7;
/** Of the 10,000 files, those that memory knows at the least. */
const REMEMBERED = 9_000;

/** Milliseconds from the order (POST /admin/wake) to the first instruction of the agent's process. */
export interface TriggerToSpawn {
  readonly emptyMs: number;
  /** In a home of 10,000 files that is read for the first time meanwhile. */
  readonly unreadMs: number;
  /** In the same home when it was read, while memory still makes vectors of it. */
  readonly fullMs: number;
}

export async function triggerToSpawn(): Promise<TriggerToSpawn> {
  using agent = spawnedAgent("wake");
  return { emptyMs: await inEmptyHome(agent), ...(await inFullHome(agent)) };
}

async function inEmptyHome(agent: SpawnedAgent): Promise<number> {
  await using daemon = await startBenchDaemon(agent);
  return await measured(daemon);
}

async function inFullHome(agent: SpawnedAgent): Promise<{ unreadMs: number; fullMs: number }> {
  await using daemon = await startBenchDaemon({ ...agent, fill: tenThousandFiles });
  const unreadMs = await measured(daemon);
  await read(daemon);
  return { unreadMs, fullMs: await measured(daemon) };
}

async function measured(daemon: BenchDaemon): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) times.push(await once(daemon));
  return median(times);
}

/** Waits until memory has the words of all files. */
async function read({ url, key }: BenchDaemon): Promise<void> {
  const status = async () =>
    (await (await fetch(`${url}/api/v1/memory/status`, { headers: { "x-api-key": key } })).json()) as {
      readonly reading: boolean;
      readonly files: number;
    };
  for (let now = await status(); now.reading || now.files < REMEMBERED; now = await status()) await Bun.sleep(200);
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
