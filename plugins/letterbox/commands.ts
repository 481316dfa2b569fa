import { type Command, type CommandIo, messageOf, UsageError } from "hearth";
import { lineOf, linesOf } from "./item-text";
import type { Decision } from "./quarantine";
import type { QuarantineDoor } from "./quarantine-door";
import { review } from "./review";

/** `hearth quarantine`. It talks with the terminal, so it runs beside the daemon and goes through its door. */
export const quarantineCommand = (door: QuarantineDoor): Command => ({
  id: "quarantine",
  usage: "[list | show <id> | release <id…> | reject <id…> | review]",
  summary: "messages that wait for a person; review goes through them one by one",
  here: true,
  async run([what = "list", ...ids], io) {
    if (what === "list" && ids.length === 0) return list(door, io);
    if (what === "review" && ids.length === 0) return review(door, io);
    if (what === "show" && ids.length === 1) return show(door, ids[0]!, io);
    if ((what === "release" || what === "reject") && ids.length > 0) return decide(door, what, ids, io);
    throw new UsageError(`"${[what, ...ids].join(" ")}" is nothing that one can do with the quarantine`);
  },
});

async function list(door: QuarantineDoor, io: CommandIo): Promise<number> {
  const items = await door.list("held");
  for (const item of items) io.print(lineOf(item));
  if (items.length === 0) io.print("nothing waits in the quarantine");
  return 0;
}

async function show(door: QuarantineDoor, id: string, io: CommandIo): Promise<number> {
  const items = [...(await door.list("held")), ...(await door.list("rejected"))];
  const item = items.find(one => one.id === id);
  if (!item) throw new Error(`there is no message "${id}" in the quarantine; \`hearth quarantine\` lists them`);
  for (const line of linesOf(item)) io.print(line);
  return 0;
}

/** Each by itself: one that cannot be decided on keeps none of the others. */
async function decide(
  door: QuarantineDoor,
  decision: Decision,
  ids: readonly string[],
  io: CommandIo,
): Promise<number> {
  let code = 0;
  for (const id of ids)
    try {
      await door.decide(id, decision);
      io.print(`${id}: ${decision === "release" ? "released" : "rejected"}`);
    } catch (error) {
      io.print(`${id}: ${messageOf(error)}`);
      code = 1;
    }
  return code;
}
