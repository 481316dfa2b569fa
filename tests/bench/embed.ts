import { join } from "node:path";
import { kernelsIn } from "../../plugins/embedder-use-lite/kernels";
import { installedFolder } from "../../plugins/embedder-use-lite/model-folder";
import { Network } from "../../plugins/embedder-use-lite/network";
import { Vocabulary } from "../../plugins/embedder-use-lite/vocabulary";
import { median } from "./daemon";
import { peakLoop } from "./embed-peak";

const ROUNDS = 41;
const WINDOW = 128;
const SHORT = 12;
/** The largest matrix of the network, which is there five times. */
const [DEPTH, WIDTH] = [512, 1536];
/** Multiplications that the matrices of the network make for a token. */
const A_TOKEN = 256 * 512 * 2 + 256 * 768 + 512 * 512 + 5 * 512 * 1536;
const TEXT = "What the river did in the night, and who saw it from the old bridge near the mill. ";

export interface EmbedFigures {
  /** Thousand millions of multiplications a second: registers alone, the product of the kernels, the whole network. */
  readonly peak: number;
  readonly product: number;
  readonly network: number;
  /** Milliseconds of a text of 128 tokens, of one of 12, and to open the model. */
  readonly fullMs: number;
  readonly shortMs: number;
  readonly openMs: number;
  /** Tokens a second of one thread: embedded, and only counted. */
  readonly embedded: number;
  readonly counted: number;
  /** Megabytes that a thread with the model adds to a process. */
  readonly threadMb: number;
}

/** What embedding costs on one core. Measured in turn, so that a machine that slows down slows all of it down. */
export async function embedFigures(): Promise<EmbedFigures> {
  const from = performance.now();
  const [network, vocabulary] = [new Network(installedFolder()!), new Vocabulary(installedFolder()!)];
  const openMs = performance.now() - from;
  const turn = await peakLoop();
  const product = productLoop();
  const tokens = (count: number) => Array.from({ length: count }, (_, n) => 6 + ((n * 37) % 7000));
  const text = TEXT.repeat(500);
  let counted = 0;
  const times = inTurn({
    peak: () => turn(WINDOW * DEPTH * WIDTH),
    product,
    full: () => network.run([tokens(WINDOW)]),
    short: () => network.run([tokens(SHORT)]),
    count: () => {
      counted = vocabulary.encode(text).length;
    },
  });
  const [fullMs, multiplications] = [times["full"]!, WINDOW * DEPTH * WIDTH];
  return {
    peak: multiplications / times["peak"]! / 1e6,
    product: multiplications / times["product"]! / 1e6,
    network: (WINDOW * A_TOKEN) / fullMs / 1e6,
    fullMs,
    shortMs: times["short"]!,
    openMs,
    embedded: (WINDOW * 1000) / fullMs,
    counted: (counted * 1000) / times["count"]!,
    threadMb: await threadMb(),
  };
}

/** The product of 128 rows and the largest matrix. */
function productLoop(): () => void {
  const memory = new WebAssembly.Memory({ initial: 64 });
  const kernels = kernelsIn(memory);
  const rows = 1024;
  const scales = rows + 2 * WINDOW * DEPTH;
  const bias = scales + 4 * WIDTH;
  const matrix = bias + 4 * WIDTH;
  const out = matrix + 2 * DEPTH * WIDTH;
  return () => kernels.multiply(rows, scales, matrix, scales, bias, out, WINDOW, DEPTH, WIDTH);
}

/** Median milliseconds of each, one after the other in every round, when all are warm. */
function inTurn(work: Readonly<Record<string, () => unknown>>): Record<string, number> {
  const times = new Map(Object.keys(work).map(name => [name, [] as number[]]));
  for (let round = -ROUNDS; round < ROUNDS; round++)
    for (const [name, run] of Object.entries(work)) {
      const from = performance.now();
      run();
      if (round >= 0) times.get(name)!.push(performance.now() - from);
    }
  return Object.fromEntries([...times].map(([name, took]) => [name, median(took)]));
}

async function threadMb(): Promise<number> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "embed-memory.ts")], { stdout: "pipe" });
  const [without, withOne] = (await child.stdout.text()).trim().split(" ").map(Number);
  return withOne! - without!;
}
