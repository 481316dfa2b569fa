import { type CommandIo, type Home, readArguments, UsageError } from "hearth";
import type { Memory, MemoryCommand, MemoryStatus } from "../contract";
import type { Indexes } from "../threads/indexes";

/** What every prompt says: who writes it down again says nothing new. */
const bootFiles = ["memory/identity.md", "voice.md", "CLAUDE.md", "prompt/prompt.md"];
/** Milliseconds between two lines of progress. */
const LINE = 2000;

/** `hearth memory status`, `index`, `audit` and `forget-index`. @param ready as of `searchCommand` */
export const upkeepCommands = (
  memory: Memory,
  indexes: Indexes,
  home: Home,
  ready: () => Promise<unknown>,
): MemoryCommand[] => [
  {
    id: "status",
    usage: "",
    summary: "how much is remembered, and how far the vectors are",
    async run(args, io) {
      readArguments({ args: [...args] });
      for (const line of statusLines(await memory.status())) io.print(line);
    },
  },
  {
    id: "index",
    usage: "",
    summary: "brings memory in step with the home now, and makes all vectors that are missing",
    async run(args, io) {
      readArguments({ args: [...args] });
      return bringInStep(memory, indexes, io);
    },
  },
  {
    id: "audit",
    usage: "",
    summary: "what stands in memory twice: copies, what the prompt says anyway, what was only written down again",
    async run(args, io) {
      readArguments({ args: [...args] });
      await ready();
      await audit(indexes, home, io);
    },
  },
  {
    id: "forget-index",
    usage: "--yes",
    summary: "deletes the index and makes it anew; nothing of the home, and nothing of who wrote what, is lost",
    async run(args, io) {
      const { values } = readArguments({ args: [...args], options: { yes: { type: "boolean" } } });
      if (!values.yes) throw new UsageError("making all vectors anew may take long; say --yes");
      await indexes.forget();
      io.print("the index is begun anew");
    },
  },
];

/** A status, line by line. */
function statusLines(status: MemoryStatus): string[] {
  const { embedder, problem, files, passages, pending, secondsLeft, tokensPerSecond, reading, answering } = status;
  const rate = tokensPerSecond === null ? "" : `, ${count(tokensPerSecond)} tokens a second`;
  const left = secondsLeft === null ? "" : `, about ${duration(secondsLeft)} left`;
  return [
    `embedder   ${embedder ?? "none: words only"}`,
    ...(problem === undefined ? [] : [`problem    ${problem}`]),
    `files      ${count(files)}${reading ? ", and the home is being read" : ""}`,
    `passages   ${count(passages)}, ${count(pending)} of them without a vector${left}${rate}`,
    ...(answering === null ? [] : [`answering  the index of ${answering}, until the new one is made`]),
  ];
}

async function bringInStep(memory: Memory, indexes: Indexes, io: CommandIo): Promise<number> {
  const timer = setInterval(async () => {
    const status = await memory.status().catch(() => undefined);
    if (status) io.print(statusLines(status).find(line => line.startsWith("passages"))!);
  }, LINE);
  try {
    await indexes.complete(io.signal);
  } finally {
    clearInterval(timer);
  }
  for (const line of statusLines(await memory.status())) io.print(line);
  return io.signal.aborted ? 130 : 0;
}

async function audit(indexes: Indexes, home: Home, io: CommandIo): Promise<void> {
  const boot = await Promise.all(
    bootFiles.map(async path => (await home.read(path).catch(() => undefined))?.text ?? ""),
  );
  const index = await indexes.answering();
  const { passages, duplicates, bootText, recalled, examples } = await index.client.ask("audit", boot.filter(Boolean));
  const share = (of: number) => `${count(of)} (${passages === 0 ? 0 : Math.round((1000 * of) / passages) / 10} %)`;
  io.print(`passages          ${count(passages)}`);
  io.print(`standing twice    ${share(duplicates)}`);
  io.print(`in the prompt     ${share(bootText)}`);
  io.print(`only recalled     ${share(recalled)}`);
  for (const { kind, path, line, text, of } of examples)
    io.print(
      `  ${kind.padEnd(9)} ${path}:${line}${of ? ` of ${of}` : ""}: ${text.replace(/[\s\p{Cc}]+/gu, " ").slice(0, 100)}`,
    );
}

const count = (number: number): string => number.toLocaleString("en-US");

function duration(seconds: number): string {
  if (seconds < 90) return `${seconds} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 360) / 10} h`;
}
