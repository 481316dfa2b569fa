import { type Command, type CommandIo, UsageError } from "hearth";
import type { Outbox } from "./outbox";

/** Characters of a message that a list shows. */
const SHOWN = 60;

/** `hearth telegram`. @param revived called with the chats whose messages wait again */
export const telegramCommand = (outbox: Outbox, revived: (chats: readonly number[]) => void): Command => ({
  id: "telegram",
  usage: "[dead | retry <id… | all>]",
  summary: "messages that could not be sent to Telegram; retry sends them again",
  alone: true,
  run([what = "dead", ...ids], io) {
    if (what === "dead" && ids.length === 0) return listDead(outbox, io);
    if (what === "retry" && ids.length > 0) return revived(retry(outbox, ids.map(readId), io));
    throw new UsageError(`"${[what, ...ids].join(" ")}" is nothing that one can do with Telegram's messages`);
  },
});

function listDead(outbox: Outbox, io: CommandIo): void {
  const dead = outbox.deadOnes();
  for (const { id, at, chat, error, text } of dead)
    io.print([id, at, `to ${chat}`, error, JSON.stringify(text.slice(0, SHOWN))].join("  "));
  if (dead.length === 0) io.print(`every message was sent; ${outbox.waiting()} are on their way`);
}

function readId(text: string): number | "all" {
  if (text === "all") return text;
  const id = Number(text);
  if (!Number.isSafeInteger(id) || id < 1)
    throw new UsageError(`"${text}" is no message; \`hearth telegram dead\` lists them`);
  return id;
}

function retry(outbox: Outbox, ids: readonly (number | "all")[], io: CommandIo): number[] {
  return ids.flatMap(id => {
    const chats = outbox.revive(id);
    io.print(chats.length > 0 ? `${id}: ${chats.length} sent again` : `${id}: no such message is dead`);
    return chats;
  });
}
