import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { median, startBenchDaemon } from "./daemon";

const ROUNDS = 5;

export interface Spread {
  /** Milliseconds from a file's write to the event at the last client, less the 50 ms in which changes settle. */
  readonly lastMs: number;
  /** Milliseconds from the first client that has it to the last. */
  readonly spreadMs: number;
}

/** How long one event takes to reach so many clients. */
export async function eventToClients(clients: number): Promise<Spread> {
  await using daemon = await startBenchDaemon();
  await Bun.sleep(500);
  const rounds: Spread[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await once(daemon, clients, round));
  return { lastMs: median(rounds.map(one => one.lastMs)), spreadMs: median(rounds.map(one => one.spreadMs)) };
}

async function once(
  { url, key, home }: { url: string; key: string; home: string },
  clients: number,
  round: number,
): Promise<Spread> {
  const { hostname, port } = new URL(url);
  const watcher = Bun.spawn(
    [
      process.execPath,
      join(import.meta.dir, "streams.ts"),
      hostname,
      port,
      "/api/v1/events/stream?topic=thoughts",
      key,
      String(clients),
    ],
    { stdout: "pipe" },
  );
  const lines = watcher.stdout.getReader();
  await lines.read();
  const from = performance.timeOrigin + performance.now();
  writeFileSync(join(home, "thoughts", `event-${round}.md`), '---\ndate: "2026-01-15"\ntitle: "x"\n---\n\nx\n');
  const { value } = await lines.read();
  const { first, last } = JSON.parse(new TextDecoder().decode(value));
  return { lastMs: last - from - 50, spreadMs: last - first };
}
