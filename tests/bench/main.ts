/** `bun run bench [name …]`: measures, and prints ratios from one run. The machines are shared: compare ratios, not times. */
import { eventToLastClient } from "./events";
import { idleCost } from "./idle";
import { pipelineRatio } from "./pipeline";
import { routeRatio } from "./route";
import { startTimes } from "./start";
import { triggerToSpawn } from "./wake";

const ms = (value: number) => `${value.toFixed(1)} ms`;
const times = (value: number) => value.toFixed(2);
const CLIENTS = 1000;

/** Each measure prints its own lines: what, the figure, the aim. */
const measures: Record<string, () => Promise<string[]>> = {
  async start() {
    const { bare, kernel, own, empty, full } = await startTimes();
    return [
      `start to first answer: a bare Bun.serve                ${ms(bare)}`,
      `  kernel with one plugin                               ${ms(kernel)}  (${times(kernel / bare)} x bare; aim under 150 ms)`,
      `    of which Hearth's own, modules loaded              ${ms(own)}`,
      `  all plugins, empty home                              ${ms(empty)}  (${times(empty / bare)} x bare; aim under 1 s)`,
      `  all plugins, home of 10,000 files                    ${ms(full)}  (${times(full / empty)} x empty; aim under 1 s)`,
    ];
  },
  async wake() {
    const { emptyMs, fullMs } = await triggerToSpawn();
    return [
      `order to the agent's process: empty home               ${ms(emptyMs)}  (aim under 50 ms)`,
      `  home of 10,000 files                                 ${ms(fullMs)}  (${times(fullMs / emptyMs)} x empty; aim under 50 ms)`,
    ];
  },
  async pipeline() {
    const { criticalMs, tookMs, ratio } = await pipelineRatio();
    return [
      `pipeline of 14 hooks, critical path ${criticalMs} ms           ${ms(tookMs)}  (${ratio.toFixed(3)} x its critical path; aim 1.05)`,
    ];
  },
  async route() {
    const { hearth, bare, ratio } = await routeRatio("/api/v1/session/status");
    return [
      `JSON route, logged, against bare Bun.serve             ${Math.round(hearth)} / ${Math.round(bare)} a second  (ratio ${times(ratio)}; aim 0.80)`,
    ];
  },
  async events() {
    const one = await eventToLastClient(1);
    const many = await eventToLastClient(CLIENTS);
    return [
      `a file's event to the last of ${CLIENTS} clients            ${ms(many)}  (${times(many / Math.max(one, 0.1))} x one client's ${ms(one)})`,
    ];
  },
  async idle() {
    const { cpuPercent, memoryMb } = await idleCost();
    return [
      `idle, home of 10,000 files                             ${cpuPercent.toFixed(2)} % of a core, ${Math.round(memoryMb)} MB  (aim under 0.5 %)`,
    ];
  },
};

const wanted = process.argv.slice(2);
for (const [name, measure] of Object.entries(measures))
  if (wanted.length === 0 || wanted.includes(name)) for (const line of await measure()) console.log(line);
process.exit(0);
