import { readFileSync, writeFileSync } from "node:fs";
import { type BenchDaemon, startBenchDaemon } from "./daemon";
import { listenTo, page } from "./stream";

const FILES = 200;
/** Milliseconds between two rewritings of all files: longer than changes take to settle. */
const PAUSE = 70;
/** Long names make large events: the system's own buffers, about 4 MB a connection, are full after a while. */
const nameOf = (n: number) => `${"long-".repeat(40)}${n}`;

export interface Stalled {
  /** MB of memory by which the daemon grew: with clients that read nothing, and without them. */
  readonly withMb: number;
  readonly withoutMb: number;
}

/** What clients cost that stop reading, while files change without end: against the same changes without these clients. */
export async function stalledCost(clients: number, seconds: number): Promise<Stalled> {
  return { withoutMb: await growth(0, seconds), withMb: await growth(clients, seconds) };
}

async function growth(clients: number, seconds: number): Promise<number> {
  await using daemon = await startBenchDaemon();
  using _ = await listenTo(daemon);
  await change(daemon, 2);
  const before = memoryMb(daemon.pid);
  const stalled = await Promise.all(Array.from({ length: clients }, () => stall(daemon)));
  await change(daemon, seconds);
  const grown = memoryMb(daemon.pid) - before;
  for (const socket of stalled) socket.terminate();
  return grown;
}

async function stall({ url, key }: BenchDaemon) {
  const { hostname, port } = new URL(url);
  const open = Promise.withResolvers<void>();
  const data = (socket: { pause(): void }) => {
    socket.pause();
    open.resolve();
  };
  const socket = await Bun.connect({ hostname, port: Number(port), socket: { data } });
  socket.write(`GET /api/v1/events/stream HTTP/1.1\r\nHost: ${hostname}:${port}\r\nX-API-Key: ${key}\r\n\r\n`);
  await open.promise;
  return socket;
}

async function change({ home }: BenchDaemon, seconds: number): Promise<void> {
  const until = performance.now() + seconds * 1000;
  for (let round = 0; performance.now() < until; round++) {
    for (let n = 0; n < FILES; n++) writeFileSync(page(home, nameOf(n)), `${round}`);
    await Bun.sleep(PAUSE);
  }
}

const memoryMb = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
