import { join } from "node:path";
import type { BenchDaemon } from "./daemon";

/** A client of the event stream: the time at which each page's event came, by slug. Times are of `performance.now()`. */
export interface Stream extends Disposable {
  readonly came: ReadonlyMap<string, number>;
  /** Types of events that say that something was lost. */
  readonly losses: readonly string[];
}

const ALARMS = ["system.gap", "system.overload", "system.shutdown"];

/** Listens to the events of the thoughts, and waits until the watch stands. */
export async function listenTo({ url, key, home }: BenchDaemon): Promise<Stream> {
  const { hostname, port } = new URL(url);
  const came = new Map<string, number>();
  const losses: string[] = [];
  let rest = "";
  const data = (_: unknown, bytes: Buffer) => {
    const now = performance.now();
    const lines = (rest + bytes.toString()).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      const slug = /"slug":"([^"]+)"/.exec(line)?.[1];
      if (slug !== undefined && !came.has(slug)) came.set(slug, now);
      losses.push(...ALARMS.filter(name => line === `event: ${name}`));
    }
  };
  const socket = await Bun.connect({ hostname, port: Number(port), socket: { data } });
  socket.write(
    `GET /api/v1/events/stream?topic=thoughts HTTP/1.1\r\nHost: ${hostname}:${port}\r\nX-API-Key: ${key}\r\n\r\n`,
  );
  await firstNews(home, came);
  return { came, losses, [Symbol.dispose]: () => socket.terminate() };
}

/** Writes one file after the other until one is told. */
async function firstNews(home: string, came: ReadonlyMap<string, number>): Promise<void> {
  for (let n = 0; came.size === 0; n++) {
    await Bun.write(page(home, `first-${n}`), "x");
    await Bun.sleep(100);
  }
  await Bun.sleep(500);
}

/** Path of a thought. */
export const page = (home: string, slug: string): string => join(home, "thoughts", `${slug}.md`);
