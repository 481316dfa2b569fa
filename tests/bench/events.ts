import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { median, startBenchDaemon } from "./daemon";

const ROUNDS = 5;

/** Milliseconds from a file's write to the event at the last of so many clients, less the 50 ms in which changes settle. */
export async function eventToLastClient(clients: number): Promise<number> {
  await using daemon = await startBenchDaemon();
  await Bun.sleep(500);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) times.push(await once(daemon, clients, round));
  return median(times);
}

async function once(
  { url, key, home }: { url: string; key: string; home: string },
  clients: number,
  round: number,
): Promise<number> {
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
  const from = Date.now();
  writeFileSync(join(home, "thoughts", `event-${round}.md`), '---\ndate: "2026-01-15"\ntitle: "x"\n---\n\nx\n');
  const { value } = await lines.read();
  return Number(new TextDecoder().decode(value)) - from - 50;
}
