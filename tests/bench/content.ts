import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { corpus } from "./corpus";
import { type BenchDaemon, benchFolder, median, startBenchDaemon } from "./daemon";
import { residentMb } from "./process-cost";
import { type SearchFigures, searchFigures } from "./search";
import { type Versus, versusBare } from "./versus";

const ROUNDS = 5;
/** Details that are asked for in turn. */
const DETAILS = 500;

export interface ContentFigures {
  /** Milliseconds to the first whole list: of a home never seen before, of one that is known, of an empty one. */
  readonly coldMs: number;
  readonly warmMs: number;
  readonly emptyMs: number;
  readonly list: Versus;
  readonly detail: Versus;
  readonly listKnown: Versus;
  readonly detailKnown: Versus;
  /** Milliseconds of an answer that is made anew, after a page has changed, over all of its work. */
  readonly analyticsMs: number;
  readonly search: SearchFigures;
  readonly memoryMb: number;
}

/** What a home of 12,000 pages costs its readers. */
export async function contentFigures(): Promise<ContentFigures> {
  const folder = benchFolder();
  const empty = benchFolder();
  mkdirSync(join(empty, "home"));
  corpus(join(folder, "home"));
  try {
    const coldMs = await firstList(folder);
    const warm: number[] = [];
    const bare: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      bare.push(await firstList(empty));
      warm.push(await firstList(folder));
    }
    await using daemon = await startBenchDaemon({ folder });
    return {
      coldMs,
      warmMs: median(warm),
      emptyMs: median(bare),
      ...(await answers(daemon)),
      search: await searchFigures(daemon),
      analyticsMs: await analytics(daemon),
      memoryMb: residentMb(daemon.pid),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(empty, { recursive: true, force: true });
  }
}

const ask = (daemon: BenchDaemon, path: string) =>
  fetch(daemon.url + path, { headers: { "x-api-key": daemon.key } }).then(answer => answer.json());

/** Milliseconds from the spawn of a daemon to its first whole list of thoughts. */
async function firstList(folder: string): Promise<number> {
  const from = performance.now();
  await using daemon = await startBenchDaemon({ folder });
  await ask(daemon, "/api/v1/content/thoughts");
  return performance.now() - from;
}

async function answers(
  daemon: BenchDaemon,
): Promise<Pick<ContentFigures, "list" | "detail" | "listKnown" | "detailKnown">> {
  const path = "/api/v1/content/thoughts";
  const thoughts = (await ask(daemon, path)) as { slug: string }[];
  const details = thoughts.slice(0, DETAILS).map(({ slug }) => `${path}/${slug}`);
  return {
    list: await versusBare(daemon, path, "ready"),
    detail: await versusBare(daemon, details.join(","), "ready"),
    listKnown: await versusBare(daemon, path, "known"),
    detailKnown: await versusBare(daemon, details[0]!, "known"),
  };
}

async function analytics(daemon: BenchDaemon): Promise<number> {
  const took: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await Bun.write(
      join(daemon.home, "thoughts", `bench-${round}.md`),
      `---\ndate: "2026-01-0${round + 1}"\ntitle: "x"\n---\n\nx\n`,
    );
    await Bun.sleep(300);
    const from = performance.now();
    await ask(daemon, "/api/v1/analytics");
    took.push(performance.now() - from);
  }
  return median(took);
}
