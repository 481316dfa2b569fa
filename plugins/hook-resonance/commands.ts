import { type Command, type CommandIo, UsageError, visibleText } from "hearth";
import type { Pair, Passage } from "hearth-plugins/memory";
import type { Finder } from "./finder";
import { quoteOf } from "./quote";

/** `hearth resonance`. */
export const resonanceCommand = (finder: Finder): Command => ({
  id: "resonance",
  usage: 'today | for <path> | passage "<text>" | discover',
  summary: "what resonates: the pairs of today, what is near to a file or a text; discover looks for new pairs",
  alone: true,
  async run([what, ...rest], io) {
    const [given, ...more] = rest;
    if (what === undefined || more.length > 0 || (given === undefined) === (what === "for" || what === "passage"))
      throw new UsageError('resonance takes today, for <path>, passage "<text>" or discover');
    if (what === "today") return printPairs(await finder.today(), io, "nothing has resonated today");
    if (what === "for") return printPairs(await finder.for(given!), io, `nothing is near to ${given}`);
    if (what === "passage") return passage(finder, given!, io);
    if (what === "discover") return io.print(await finder.discover([], io.signal));
    throw new UsageError(`resonance does not know "${what}"`);
  },
});

async function passage(finder: Finder, text: string, io: CommandIo): Promise<void> {
  const { hits, note } = await finder.passage(text);
  for (const [index, hit] of hits.entries()) {
    io.print(`${index + 1}. ${hit.reason}`);
    printEnd(hit, io);
  }
  if (hits.length === 0) io.print("nothing is near to this");
  if (note !== undefined) io.print(visibleText(note));
}

function printPairs(pairs: readonly Pair[], io: CommandIo, none: string): void {
  for (const [index, { similarity, a, b }] of pairs.entries()) {
    io.print(`${index + 1}. ${similarity.toFixed(2)}`);
    printEnd(a, io);
    printEnd(b, io);
  }
  if (pairs.length === 0) io.print(visibleText(none));
}

function printEnd({ path, date, text }: Passage, io: CommandIo): void {
  io.print(`   ${visibleText(path)} (${date ?? "undated"})`);
  io.print(`     ${visibleText(quoteOf(text))}`);
}
