import { writeFileSync } from "node:fs";
import { startBenchDaemon } from "./daemon";
import { listenTo, page } from "./stream";

const FILES = 200;
/** Milliseconds between two files: each is over before the next begins. */
const PAUSE = 75;

/** Milliseconds from a file's write to its event at the client, the watcher's 50 ms included: the middle, and the 99th of a hundred. */
export async function fileToEvent(): Promise<{ p50: number; p99: number }> {
  await using daemon = await startBenchDaemon();
  using stream = await listenTo(daemon);
  const times: number[] = [];
  for (let n = 0; n < FILES; n++) {
    const slug = `single-${n}`;
    const from = performance.now();
    writeFileSync(page(daemon.home, slug), '---\ndate: "2026-01-15"\ntitle: "x"\n---\n\nx\n');
    await Bun.sleep(PAUSE);
    while (!stream.came.has(slug)) await Bun.sleep(1);
    times.push(stream.came.get(slug)! - from);
  }
  times.sort((a, b) => a - b);
  return { p50: times[Math.floor(FILES / 2)]!, p99: times[Math.ceil(FILES * 0.99) - 1]! };
}
