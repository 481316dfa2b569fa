import { writeFile } from "node:fs/promises";
import { startBenchDaemon } from "./daemon";
import { listenTo, page } from "./stream";

/** Seconds without a new event after which no more are waited for. */
const QUIET = 5;

/** Writes many files at once: how many of their events come, what the stream said of losses, and milliseconds from the first write to the last event. */
export async function burst(files: number): Promise<{ seen: number; losses: number; ms: number }> {
  await using daemon = await startBenchDaemon();
  using stream = await listenTo(daemon);
  const from = performance.now();
  await Promise.all(Array.from({ length: files }, (_, n) => writeFile(page(daemon.home, `burst-${n}`), "x")));
  let seen = -1;
  for (let quiet = 0; seen < files && quiet < QUIET * 10; quiet++) {
    const now = [...stream.came.keys()].filter(slug => slug.startsWith("burst-")).length;
    if (now > seen) quiet = 0;
    seen = now;
    await Bun.sleep(100);
  }
  return { seen, losses: stream.losses.length, ms: Math.max(...stream.came.values()) - from };
}
