/** A process of its own: prints its megabytes without a thread, and with one that has embedded. */
import { installedFolder } from "../../plugins/embedder-use-lite/model-folder";
import { residentMb } from "./process-cost";

const texts = Array.from(
  { length: 200 },
  (_, n) => `Note ${n}: ${"what the river did in the night, and who saw it. ".repeat(12)}`,
);
const before = residentMb(process.pid);
const thread = new Worker(new URL("../fixtures/embedder-thread.ts", import.meta.url), { smol: true });
thread.onmessage = async () => {
  await Bun.sleep(2000); // what was needed to begin is given back
  console.log(before, residentMb(process.pid));
  process.exit(0);
};
thread.postMessage({
  module: new URL("../../plugins/embedder-use-lite/embedder.ts", import.meta.url).href,
  options: { folder: installedFolder() },
  texts,
});
