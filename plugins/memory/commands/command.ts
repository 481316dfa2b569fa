import { type Command, type CommandIo, didYouMean, UsageError } from "hearth";
import type { MemoryCommand } from "../contract";

/** `hearth memory`: runs the command that its first word names. @param all those that there are now */
export const memoryCommand = (all: () => readonly MemoryCommand[]): Command => ({
  id: "memory",
  usage: "<command> [arguments]",
  summary: "what the agent remembers: search, status, index and more; `hearth memory` lists them",
  alone: true,
  async run([name, ...args], io) {
    if (name === undefined || name === "help") return list(all(), io);
    const command = all().find(({ id }) => id === name);
    if (!command) throw new UsageError(unknown(name, all()));
    return run(command, args, io);
  },
});

/** What does not fit is told with the usage of the command that was meant. */
async function run(command: MemoryCommand, args: readonly string[], io: CommandIo): Promise<number | void> {
  try {
    return await command.run(args, io);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${error.message}; it is used as: hearth memory ${command.id} ${command.usage}`);
  }
}

function list(commands: readonly MemoryCommand[], io: CommandIo): void {
  for (const { id, usage, summary } of commands) {
    io.print(`hearth memory ${`${id} ${usage}`.trimEnd()}`);
    io.print(`    ${summary}`);
  }
}

function unknown(name: string, commands: readonly MemoryCommand[]): string {
  const names = commands.map(({ id }) => id);
  return `memory knows no "${name}".${didYouMean(name, names)} There are ${names.join(", ")}`;
}
