import { afterSession, type Sessions } from "./after-session";
import { type IndexFigures, indexFigures } from "./index-home";
import { learnFigures } from "./learn";
import { type HouseFigures, memoryAsked } from "./memory-asked";
import { memorySearchFigures } from "./memory-search";
import { ms, times } from "./shown";

/** What memory and its hooks cost; each measure prints its own lines: what, the figure, the aim. */
export const memoryMeasures: Record<string, () => Promise<string[]>> = {
  async index() {
    const { files, passages, slice, ...figures } = await indexFigures();
    return [
      `${counted(files)} files of 2 KB, the house as it comes: all text found  ${ms(figures.textMs)} after the first answer  (read in ${ms(figures.readMs)})`,
      `  their ${counted(passages)} passages, ${slice} s of making vectors      ${Math.round(figures.perSecond)} a second, ${figures.tokens} tokens a second and core  (${times(figures.tokens / figures.aloneTokens)} x a thread alone)`,
      `  all of them, reckoned from that                      ${minutes(figures.allSeconds)}  (${minutes(figures.leftSeconds)} left; it says ${minutes(figures.saidSeconds ?? 0)})`,
      `  the main loop's longest stall: reading; embedding    ${stalls(figures.reading)}; ${stalls(figures.making)}  (aim 20 ms)`,
      `  events of progress: reading; embedding               ${figures.reading.hearth.events.text}; ${figures.making.hearth.events.vectors}  (aim one a second)`,
      `  meanwhile                                            ${times(figures.cores)} cores, ${Math.round(figures.memoryMb)} MB`,
      `  killed and started again: in step                    ${ms(figures.againMs)}, ${figures.againFiles} files read again, ${figures.lost} vectors lost  (aim 0, 0)`,
    ];
  },
  async learn() {
    const { works, changed, ...figures } = await learnFigures();
    return [
      `${changed} new pages (${figures.passages} passages) beside ${counted(works)} works, learned  ${ms(figures.coldMs)}  (${ms(figures.coldFrom)} to ${ms(figures.coldTo)}; aim 2 s)`,
      `  with the thread that embeds open; nothing changed    ${ms(figures.openMs)}; ${ms(figures.sameMs)}`,
    ];
  },
  async "after-session"() {
    const { works, first, catchingUp, settled, wrong } = await afterSession();
    return [
      `all hooks after a session of 5 pages, ${counted(works)} works      ${took(settled)}  (aim 5 s)`,
      ...hookLines(settled),
      `  the very first session                               ${took(first)}`,
      ...hookLines(first),
      ...(catchingUp ? [`  ${catchingUp.count} sessions in which hooks catch up            ${took(catchingUp)}`] : []),
      `  hooks that failed                                    ${wrong.join("; ") || "none"}`,
    ];
  },
  async "memory-search"() {
    const { passages, p50, p95, ...figures } = await memorySearchFigures();
    const { alone, whole } = await memoryAsked();
    return [
      `a question to ${counted(passages)} passages, embedding in it        ${ms(p50)} p50, ${ms(p95)} p95  (aim p95 30 ms)`,
      `  its embedding; by meaning alone                      ${ms(figures.embedP50)}, ${ms(figures.semanticP50)} p50`,
      `  by words alone                                       ${ms(figures.textP50)} p50, ${ms(figures.textP95)} p95`,
      `  ten nearest against a look at every vector           ${figures.recall.toFixed(4)}  (aim 0.99)`,
      `an index of ${Math.round(figures.fileMb)} MB, opened                          ${ms(figures.openMs)}, ${Math.round(figures.openMb)} MB; ${Math.round(figures.askedMb)} MB when it has answered`,
      `the same questions to a daemon, with memory alone      ${house(alone)}`,
      `  the house as it comes                                ${house(whole)}`,
    ];
  },
};

const counted = (count: number): string => count.toLocaleString("en");
const minutes = (seconds: number): string => `${(seconds / 60).toFixed(1)} min`;

const stalls = ({ hearth, bare }: IndexFigures["making"]): string =>
  `${ms(hearth.worst)} (a bare process ${ms(bare.worst)}), its own work in one go ${ms(hearth.busiest)}`;

const took = ({ ms: middle, from, to, stallMs, bareMs, busiestMs }: Sessions): string =>
  `${ms(middle)}, ${ms(from)} to ${ms(to)}; longest stall ${ms(stallMs)} (a bare process ${ms(bareMs)}), work in one go ${ms(busiestMs)}`;

/** Hooks that take time, four to a line. */
function hookLines({ hooks }: Sessions): string[] {
  const parts = Object.entries(hooks)
    .sort(([, a], [, b]) => b - a)
    .map(([id, value]) => `${id} ${ms(value)}`);
  return Array.from(
    { length: Math.ceil(parts.length / 4) },
    (_, n) => `    ${parts.slice(n * 4, n * 4 + 4).join(", ")}`,
  );
}

const house = ({ p50, p95, openMb, askedMb, busyMb }: HouseFigures): string =>
  `${ms(p50)} p50, ${ms(p95)} p95; ${Math.round(openMb)} MB, ${Math.round(askedMb)} MB when it has answered, ${Math.round(busyMb)} MB while it embeds  (aim 400 MB)`;
