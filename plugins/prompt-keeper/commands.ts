import { type Command, type CommandIo, UsageError, visibleText } from "hearth";
import type { Keeper } from "./keeper";
import type { UndoneOfMany, Version } from "./versions";

/** Entries that the log shows. */
const SHOWN = 50;
/** Of what was undone of one session. */
const EACH = 8;

/** `hearth prompt` */
export const promptCommand = (keeper: Keeper, time: (at: Date) => string): Command => ({
  id: "prompt",
  usage: "log | show [n] | diff [n] | rollback <n> | approve <n> | refuse <n>",
  summary: "the versions of prompt.md, who left them, and what of a session was undone",
  alone: true,
  async run([what = "log", number, ...more], io) {
    if (more.length > 0) throw new UsageError("prompt takes one thing to do, and a number at the most");
    if (what === "log" && number === undefined) return log(keeper, time, io);
    const id = number === undefined ? undefined : numberIn(number);
    if (what === "show") return print(io, keeper.versions.textOf(keeper.find(id)));
    if (what === "diff") return diff(keeper, id, io);
    return decide(keeper, what, id, io);
  },
});

function numberIn(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new UsageError(`"${text}" is not the number of a version`);
  return Number(text);
}

async function decide(keeper: Keeper, what: string, id: number | undefined, io: CommandIo): Promise<void> {
  if (!["rollback", "approve", "refuse"].includes(what)) throw new UsageError(`prompt does not know "${what}"`);
  if (id === undefined) throw new UsageError(`prompt ${what} needs the number of a version: hearth prompt log`);
  if (what === "refuse") {
    keeper.refuse(id);
    return io.print(`version ${id} does not count`);
  }
  const made = await (what === "rollback" ? keeper.rollback(id) : keeper.approve(id));
  io.print(`prompt.md is what version ${id} was; this is version ${made.id}`);
}

function diff(keeper: Keeper, id: number | undefined, io: CommandIo): void {
  const { version, before, lines } = keeper.diff(id);
  io.print(`version ${version.id}, after ${before ? `version ${before.id}` : "nothing"}`);
  print(io, lines.length > 0 ? lines.join("\n") : "no line is different");
}

async function log(keeper: Keeper, time: (at: Date) => string, io: CommandIo): Promise<void> {
  const [present, last] = [await keeper.present(), keeper.versions.last()];
  const versions = keeper.versions.list(SHOWN).map(version => {
    const mark = version.id === last?.id && version.hash === present ? "*" : " ";
    return { at: version.at, text: `${mark} ${String(version.id).padStart(5)}  ${versionText(version, time)}` };
  });
  const undone = keeper.versions.undone(SHOWN, EACH).map(entry => ({ at: entry.at, text: undoneText(entry, time) }));
  const lines = [...versions, ...undone].sort((a, b) => b.at.localeCompare(a.at)).slice(0, SHOWN);
  for (const { text } of lines) io.print(visibleText(text));
  if (last && present !== last.hash) io.print("  prompt.md is another one now: no session has begun since");
  if (lines.length === 0) io.print("no session has begun yet");
}

const versionText = ({ at, origin, hash, session, type, source }: Version, time: (at: Date) => string): string => {
  const by = session === null ? "" : `  ${type} ${session}`;
  return `${time(new Date(at))}  ${hash.slice(0, 8)}  ${origin}${source === null ? "" : ` of ${source}`}${by}`;
};

function undoneText({ at, session, type, path, what, place, of }: UndoneOfMany, time: (at: Date) => string): string {
  const more = place === EACH && of > EACH ? ` and ${of - EACH} more` : "";
  return `      -  ${time(new Date(at))}  undone  ${path} (${what})${more}  ${type} ${session}`;
}

const print = (io: CommandIo, text: string) => {
  for (const line of visibleText(text).replace(/\n$/, "").split("\n")) io.print(line);
};
