import { Database } from "bun:sqlite";
import { join } from "node:path";
import { type BenchDaemon, median, percentile, startBenchDaemon } from "./daemon";
import { timed } from "./probe";

const ROUNDS = 400;
const ORDERS = 20;

/** Without moderation, and with a limit that a measure does not meet. */
const config = `
[plugins.sessions]
firstWake = false
[plugins.agent-offline]
[plugins.letterbox]
[plugins.visitors]
perHour = 100_000
`;

export interface VisitorFigures {
  /** Milliseconds of the whole request. */
  readonly p50: number;
  readonly p95: number;
  /** And of one that comes a second after the one before it, so that it moves the session's order too. */
  readonly orderP50: number;
  readonly orderP95: number;
}

/** From a visitor's request to the answer: the message is in its place, on disk, and a session that waits will be handed it. */
export async function visitorFigures(): Promise<VisitorFigures> {
  await using daemon = await startBenchDaemon({ config });
  let n = 0;
  const leave = () => timed(() => visit(daemon, n++));
  await times(ROUNDS / 10, leave); // so that the code is warm
  const all = await times(ROUNDS, leave);
  const ordering = await times(ORDERS, () => Bun.sleep(1100).then(leave));
  const queued = waiting(daemon);
  if (queued !== n) throw new Error(`${n} messages were taken, and ${queued} wait for a session`);
  return {
    p50: median(all),
    p95: percentile(all, 95),
    orderP50: median(ordering),
    orderP95: percentile(ordering, 95),
  };
}

async function times(count: number, work: () => Promise<number>): Promise<number[]> {
  const took: number[] = [];
  for (let round = 0; round < count; round++) took.push(await work());
  return took;
}

async function visit({ url, key }: BenchDaemon, n: number): Promise<void> {
  const answer = await fetch(`${url}/api/v1/visitors`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-api-key": key },
    body: JSON.stringify({ name: `Visitor ${n}`, message: `Message ${n}. ${"Some words of it. ".repeat(20)}` }),
  });
  if (answer.status !== 200) throw new Error(`a visitor's message: ${answer.status} ${await answer.text()}`);
  await answer.text();
}

/** Messages that wait, if there is a session that waits for them. */
function waiting({ state }: BenchDaemon): number {
  const [mail, sessions] = ["letterbox", "sessions"].map(name => new Database(join(state, `${name}.db`)));
  const queued = sessions!.query("select 1 from session where type = 'visit' and state = 'queued'").get();
  const { count } = mail!
    .query<{ count: number }, []>("select count(*) as count from mail where state = 'waiting'")
    .get()!;
  return queued ? count : 0;
}
