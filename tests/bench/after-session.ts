import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { benchFolder, median } from "./daemon";
import { writePages } from "./learn";
import { makeIndex } from "./made-index";
import { type HookTimes, type MemoryDaemon, memoryDaemon, quiet, rested, watchedConfig } from "./memory-daemon";
import { worksIn } from "./pages";

const WORKS = 2000;
/** Sessions that are measured when all works are known to all hooks. */
const ROUNDS = 7;
/** Sessions in which that has to come about. */
const PATIENCE = 40;

/** What some sessions came to. */
export interface Sessions {
  readonly count: number;
  /** Milliseconds of all hooks: the median, the fastest, the slowest. */
  readonly ms: number;
  readonly from: number;
  readonly to: number;
  /** Hook → its milliseconds. */
  readonly hooks: Readonly<Record<string, number>>;
  /** The main loop's longest stall from the order to the end, and a bare process's at the same time; medians. */
  readonly stallMs: number;
  readonly bareMs: number;
  /** The longest that the main loop's own work took between two looks at the clock. */
  readonly busiestMs: number;
}

export interface AfterSession {
  readonly works: number;
  /** The very first session: the repository is made, and nothing has been compared. */
  readonly first: Sessions;
  /** Those in which hooks still go on with what the first had no time for. */
  readonly catchingUp: Sessions | undefined;
  readonly settled: Sessions;
  /** Hooks that did not do their work: "git: failed". */
  readonly wrong: readonly string[];
}

type Times = HookTimes & Pick<Sessions, "stallMs" | "bareMs" | "busiestMs">;

/** All hooks of the house as it comes, after sessions that wrote five pages each; nothing outside is asked. */
export async function afterSession(works = WORKS): Promise<AfterSession> {
  const folder = benchFolder();
  try {
    worksIn(join(folder, "home"), works);
    await makeIndex(folder);
    await using daemon = await memoryDaemon(folder, { HEARTH_AGENT: "bench" }, quietConfig);
    await rested(daemon);
    await quiet(daemon.pid); // the rest of the house has read the home
    const times = [await session(daemon, folder, 0)];
    while (isBehind(times.at(-1)!) && times.length < PATIENCE) times.push(await session(daemon, folder, times.length));
    const known = times.length;
    for (let round = 0; round < ROUNDS; round++) times.push(await session(daemon, folder, known + round));
    return {
      works,
      first: summed(times.slice(0, 1)),
      catchingUp: known > 1 ? summed(times.slice(1, known)) : undefined,
      settled: summed(times.slice(known)),
      wrong: times.flatMap(({ hooks }) => hooks.filter(({ state }) => state === "failed").map(hookText)),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const quietConfig = watchedConfig.replace("[plugins.sessions]", "[plugins.sessions]\nfirstWake = false");

/** Whether a hook says that it goes on after the next session. */
const isBehind = ({ hooks }: Times): boolean => hooks.some(({ note }) => note?.includes("after the next session"));
const hookText = ({ id, note }: Times["hooks"][number]): string => `${id}: ${note}`;

function summed(sessions: readonly Times[]): Sessions {
  const all = sessions.map(({ ms }) => ms);
  const of = (id: string) => median(sessions.map(({ hooks }) => hooks.find(hook => hook.id === id)?.ms ?? 0));
  return {
    count: sessions.length,
    ms: median(all),
    from: Math.min(...all),
    to: Math.max(...all),
    hooks: Object.fromEntries(sessions[0]!.hooks.map(({ id }) => [id, of(id)])),
    stallMs: median(sessions.map(({ stallMs }) => stallMs)),
    bareMs: median(sessions.map(({ bareMs }) => bareMs)),
    busiestMs: median(sessions.map(({ busiestMs }) => busiestMs)),
  };
}

/** One session that writes five pages. */
async function session(daemon: MemoryDaemon, folder: string, round: number): Promise<Times> {
  const written = join(folder, "written");
  writePages(written, "session", round);
  renameSync(written, join(folder, "next"));
  await daemon.seen();
  const answer = await fetch(`${daemon.url}/api/v1/admin/wake`, {
    method: "POST",
    headers: { "x-api-key": daemon.key, "content-type": "application/json" },
    body: "{}",
  });
  if (answer.status !== 202) throw new Error(`the wake was answered with ${answer.status}`);
  const { session_id: id } = (await answer.json()) as { session_id: string };
  const times = await over(daemon, id);
  const { hearth, bare } = await daemon.seen();
  return { ...times, stallMs: hearth.worst, bareMs: bare.worst, busiestMs: hearth.busiest };
}

async function over({ get }: MemoryDaemon, id: string): Promise<HookTimes> {
  for (;;) {
    const times = await get<HookTimes | { ms: null; hooks: [] }>(`/bench/hooks/${id}`);
    if (times.ms !== null) return times;
    await Bun.sleep(20);
  }
}
