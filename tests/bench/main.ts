/** `bun run bench [name …]`: measures, and prints ratios from one run. The machines are shared: compare ratios, not times. */

import { qualityFigures } from "../fixtures/memory-quality-figures";
import { burst } from "./burst";
import { contentFigures } from "./content";
import { embedFigures } from "./embed";
import { eventToClients } from "./events";
import { fileToEvent } from "./file-event";
import { gatewayFigures } from "./gateway";
import { idleCost } from "./idle";
import { letterFigures } from "./letters";
import { loginFigures } from "./login";
import { memoryMeasures } from "./memory-measures";
import { mixedLoad } from "./mixed";
import { pictureCost } from "./picture";
import { pipelineRatio } from "./pipeline";
import { routeRatio } from "./route";
import { ms, times } from "./shown";
import { stalledCost } from "./stalled";
import { startTimes } from "./start";
import { type Spread, telegramFigures, updatesAcrossKills } from "./telegram";
import { threadFigures } from "./thread";
import { toolFigures } from "./tools";
import type { Versus } from "./versus";
import { visitorFigures } from "./visitor";
import { triggerToSpawn } from "./wake";

const versus = ({ hearth, bare, ratio }: Versus) =>
  `${Math.round(hearth)} / ${Math.round(bare)} a second  (ratio ${times(ratio)}`;
const spread = ({ p50, p95 }: Spread) => `${ms(p50)} p50, ${ms(p95)} p95`;
const CLIENTS = 1000;
const BURST = 2000;
const STALLED = 20;
const STALLED_SECONDS = 60;

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
    const { emptyMs, unreadMs, fullMs } = await triggerToSpawn();
    return [
      `order to the agent's process: empty home               ${ms(emptyMs)}  (aim under 50 ms)`,
      `  home of 10,000 files, while vectors of it are made   ${ms(fullMs)}  (${times(fullMs / emptyMs)} x empty; aim under 50 ms)`,
      `  while it is read for the first time                  ${ms(unreadMs)}`,
    ];
  },
  async pipeline() {
    const { criticalMs, tookMs, ratio } = await pipelineRatio();
    return [
      `pipeline of 14 hooks, critical path ${criticalMs} ms           ${ms(tookMs)}  (${ratio.toFixed(3)} x its critical path; aim 1.05)`,
    ];
  },
  async route() {
    const route = await routeRatio("/api/v1/session/status");
    return [`JSON route, logged, against bare Bun.serve             ${versus(route)}; aim 0.80)`];
  },
  async events() {
    const one = await eventToClients(1);
    const many = await eventToClients(CLIENTS);
    return [
      `a file's event to the last of ${CLIENTS} clients            ${ms(many.lastMs)}  (${times(many.lastMs / Math.max(one.lastMs, 0.1))} x one client's ${ms(one.lastMs)})`,
      `  from the first client to the last                    ${ms(many.spreadMs)}  (aim 30 ms)`,
    ];
  },
  async content() {
    const figures = await contentFigures();
    return [
      `12,000 pages, first list: never seen before            ${ms(figures.coldMs)}`,
      `  seen before                                          ${ms(figures.warmMs)}  (${ms(figures.warmMs - figures.emptyMs)} more than an empty home; aim 300 ms)`,
      `  list of 10,000 against bare Bun.serve, same bytes    ${versus(figures.list)}; aim 0.50)`,
      `  detail                                               ${versus(figures.detail)}; aim 0.50)`,
      `  list, 304                                            ${versus(figures.listKnown)}; aim 0.70)`,
      `  detail, 304                                          ${versus(figures.detailKnown)}; aim 0.70)`,
      `  search, p95 against the same query on SQLite         ${ms(figures.search.p95)} / ${ms(figures.search.bareP95)}  (ratio ${times(figures.search.ratio)}; aim 1.30)`,
      `  analytics after a change                             ${ms(figures.analyticsMs)}  (aim 5 ms)`,
      `  memory after all of this                             ${Math.round(figures.memoryMb)} MB  (aim 150 MB)`,
    ];
  },
  async thread() {
    const { coldMs, newestMs, middleMs, grownMs, statusMs } = await threadFigures();
    return [
      `50 of 10,000 letters: never read before                ${ms(coldMs)}`,
      `  the newest, and some of the middle, p95              ${ms(newestMs)}, ${ms(middleMs)}  (aim 5 ms)`,
      `  the newest after another letter; the status, p95     ${ms(grownMs)}, ${ms(statusMs)}  (aim 5 ms)`,
    ];
  },
  async letters() {
    const { perSecond, sent, kept } = await letterFigures();
    return [
      `letters of 200 people over 16 connections              ${Math.round(perSecond)} a second  (aim 500)`,
      `  acknowledged, and once on disk                       ${sent}, ${kept}  (aim all)`,
    ];
  },
  async login() {
    const { oneMs, fourMs, quietMs, besideOneMs, besideFourMs } = await loginFigures();
    return [
      `a login; one of four at once                           ${ms(oneMs)}, ${ms(fourMs)}  (aim one under 100 ms)`,
      `  the longest other answer, when nobody logs in        ${ms(quietMs)}`,
      `  while one after the other does; four at once         ${ms(besideOneMs)}, ${ms(besideFourMs)}  (aim 20 ms more)`,
    ];
  },
  async visitor() {
    const { p50, p95, orderP50, orderP95 } = await visitorFigures();
    return [
      `a visitor's message, to its place in the wake queue    ${ms(p50)} p50, ${ms(p95)} p95  (aim 20 ms)`,
      `  when it puts the session off as well                 ${ms(orderP50)} p50, ${ms(orderP95)} p95  (aim 20 ms)`,
    ];
  },
  async mixed() {
    const { answers, wrong, refused, p50, p99, streams } = await mixedLoad();
    return [
      `200 clients, all routes mixed, 60 s                    ${answers} answers, ${wrong} of them 5xx, ${refused} connections lost  (aim 0)`,
      `  an answer                                            ${ms(p50)} p50, ${ms(p99)} p99; ${streams} streams open all the time`,
    ];
  },
  async file() {
    const { p50, p99 } = await fileToEvent();
    return [`a file's write to its event, 50 ms of settling in it   ${ms(p50)} p50, ${ms(p99)} p99  (aim p99 55 ms)`];
  },
  async burst() {
    const { seen, losses, ms: took } = await burst(BURST);
    return [
      `${BURST} files at once: events seen                       ${seen}, ${losses} losses told, ${ms(took)}  (aim ${BURST})`,
    ];
  },
  async stalled() {
    const { withMb, withoutMb } = await stalledCost(STALLED, STALLED_SECONDS);
    return [
      `${STALLED} clients that read nothing for ${STALLED_SECONDS} s: growth       ${withMb.toFixed(0)} MB  (without them ${withoutMb.toFixed(0)} MB)`,
    ];
  },
  async picture() {
    const { bytes, ms: took, turnedMs, bareMs, stallMs } = await pictureCost();
    return [
      `a photo of 12 megapixels, ${(bytes / 1_000_000).toFixed(1)} MB, cleaned                ${ms(took)}  (${times(took / bareMs)} x Bun alone; aim under 300 ms)`,
      `  turned as well                                       ${ms(turnedMs)}`,
      `  the longest that others waited meanwhile             ${ms(stallMs)}  (aim under 20 ms)`,
    ];
  },
  async embed() {
    const { peak, product, network, ...figures } = await embedFigures();
    return [
      `inner product, from WebAssembly: registers alone       ${peak.toFixed(1)} thousand million multiplications a second`,
      `  128 rows with a matrix of 512 x 1536                 ${product.toFixed(1)}  (${times(product / peak)} of that; aim 0.80)`,
      `  all of USE-Lite, 128 tokens                          ${network.toFixed(1)}  (${times(network / peak)} of that)`,
      `a text of 128 tokens; of 12                            ${ms(figures.fullMs)}, ${ms(figures.shortMs)}  (aim 60 ms for 128)`,
      `  tokens a second and core: embedded; only counted     ${Math.round(figures.embedded)}, ${Math.round(figures.counted)}`,
      `  the model opened; a thread with it                   ${ms(figures.openMs)}; ${Math.round(figures.threadMb)} MB  (aim 80 MB)`,
    ];
  },
  ...memoryMeasures,
  async "memory-quality"() {
    const { text, semantic, hybrid } = await qualityFigures();
    const line = (set: "paraphrases" | "ordinary" | "both", part: "all" | "held") =>
      [text, semantic, hybrid]
        .map(mode => `${mode[set][part].mrr.toFixed(3)} ${mode[set][part].first.toFixed(2)}`)
        .join("   ");
    return [
      "found by words, by meaning, by both: mean of 1/place and share of first places (aim: both are best)",
      `  paraphrases; the half that nothing was tuned by      ${line("paraphrases", "all")};   ${line("paraphrases", "held")}`,
      `  ordinary questions                                   ${line("ordinary", "all")};   ${line("ordinary", "held")}`,
      `  both                                                 ${line("both", "all")};   ${line("both", "held")}`,
    ];
  },
  async tools() {
    const { p50, p99, bareP50, firstMs, nextMs } = await toolFigures();
    return [
      `a call of a tool that does nothing, over MCP           ${ms(p50)} p50, ${ms(p99)} p99  (a bare request ${ms(bareP50)}; aim under 5 ms)`,
      `  a session's first call, all that goes before it too  ${ms(nextMs)}; ${ms(firstMs)} when it is the first of all`,
    ];
  },
  async gateway() {
    const { shortP50, shortP95, longP50, through, direct } = await gatewayFigures();
    return [
      `a model call of 80 kB: longer through the gateway by   ${shortP50.toFixed(2)} ms p50, ${ms(shortP95)} p95  (aim 3 ms)`,
      `  of 600 kB                                            ${longP50.toFixed(2)} ms p50`,
      `a piece of a stream, through it; without it            ${through.p50.toFixed(2)} ms p50, ${through.p99.toFixed(2)} p99; ${direct.p50.toFixed(2)}, ${direct.p99.toFixed(2)}`,
    ];
  },
  async telegram() {
    const { typing, spawn, answer } = await telegramFigures();
    const { updates, kills, once, twice, lost } = await updatesAcrossKills();
    return [
      `a message on Telegram, to the first sign of typing     ${spread(typing)}  (aim under 200 ms)`,
      `  to the agent's process                               ${spread(spawn)}  (aim under 300 ms)`,
      `  to the answer of an agent that takes no time         ${spread(answer)}`,
      `${updates} updates while Hearth is killed ${kills} times          ${once} handled once, ${twice} more than once, ${lost} lost  (aim all once)`,
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
