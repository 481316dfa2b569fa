import { join } from "node:path";
import { corpus } from "./corpus";
import { startBenchDaemon } from "./daemon";

const SECONDS = 60;
const CLIENTS = 180;
const STREAMS = 20;

export interface Mixed {
  readonly answers: number;
  /** Answers of 500 and above. */
  readonly wrong: number;
  /** Requests without an answer. */
  readonly refused: number;
  /** Milliseconds of an answer. */
  readonly p50: number;
  readonly p99: number;
  /** Event streams that were open from the beginning to the end. */
  readonly streams: number;
}

/** 200 clients for a minute: lists, details, search, trees, analytics, wrong paths, posts, streams, while pages keep changing. */
export async function mixedLoad(): Promise<Mixed> {
  await using daemon = await startBenchDaemon({ fill: corpus });
  const { url, key, home } = daemon;
  const client = Bun.spawn(
    [
      process.execPath,
      join(import.meta.dir, "mixed-clients.ts"),
      url,
      key,
      String(SECONDS),
      String(CLIENTS),
      String(STREAMS),
    ],
    { stdout: "pipe", env: { ...process.env, BUN_CONFIG_MAX_HTTP_REQUESTS: "1000" } },
  );
  let going = true;
  const writing = (async () => {
    for (let n = 0; going; n++) {
      await Bun.write(
        join(home, "thoughts", `mixed-${n % 100}.md`),
        `---\ndate: "2026-02-01"\ntitle: "Change ${n}"\n---\n\n${n}\n`,
      );
      await Bun.sleep(20);
    }
  })();
  const figures: Mixed = JSON.parse(await new Response(client.stdout).text());
  going = false;
  await writing;
  return figures;
}
