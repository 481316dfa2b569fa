/** A process of its own: prints its megabytes before it opens an index, with it, and when it has answered. */

import { VectorReader } from "../../plugins/memory/finding/vector-reader";
import { openIndex } from "../../plugins/memory/keeping/index-file";
import { ordinary } from "../fixtures/memory-quality";
import { DIMS, readerOptions } from "./memory-corpus";
import { residentMb } from "./process-cost";

/** What was needed for a moment is given back. */
async function resting(): Promise<number> {
  Bun.gc(true);
  await Bun.sleep(1000);
  return residentMb(process.pid);
}

const vector = new Float32Array(DIMS).fill(DIMS ** -0.5);
const before = await resting();
const reader = new VectorReader(openIndex(process.argv[2]!), readerOptions);
const open = await resting();
for (const { question } of ordinary) reader.search({ text: question, audience: "all", now: "2026-05-05" }, vector);
console.log(before, open, await resting());
process.exit(0);
