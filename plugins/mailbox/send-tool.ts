import { boundedText, HearthError } from "hearth";
import type { WakeMessage } from "hearth-plugins/sessions";
import { agentTool, type ToolCaller, ToolRefusal } from "hearth-plugins/tools";
import { z } from "zod";
import { type Letters, TooMany } from "./letters";
import type { Settings } from "./settings";
import { usernameOf } from "./threads";
import { Username } from "./usernames";

/** Characters of a letter of the agent at the most. */
const LONGEST = 20_000;

const Input = z.strictObject({
  to: Username.describe("The username of whoever has the mailbox"),
  body: boundedText(1, LONGEST).describe("The letter, as they read it: greeting, text and signature"),
  in_reply_to: boundedText(1, 200).optional().describe("The id of the letter that it answers, from the same thread"),
});

/** The tool `send_letter`: a letter to somebody who has a mailbox, under the agent's name and an id of its own. */
export const sendTool = (letters: Letters, { perSession, perDay }: Settings["agentLetters"]) =>
  agentTool({
    name: "send_letter",
    description:
      "Sends a letter to somebody who has a mailbox here. It is in their thread at once, and cannot be taken back. In a session that letters of people have led to, it goes only to those who wrote them. Answers the id of the letter.",
    input: Input,
    effect: "out",
    perSession,
    async run({ to, body, in_reply_to }, { session }: ToolCaller) {
      if (body.trim() === "") throw new ToolRefusal("The letter has no words.");
      const allowed = session && recipients(session.messages);
      if (allowed && !allowed.includes(to)) throw new ToolRefusal(notTheirs(allowed));
      const { id } = await letters.send(to, body, in_reply_to, perDay).catch(error => refused(error, to, perDay));
      return `The letter is sent: ${id}`;
    },
  });

/**
 * Whom a session may write to: those whose letters it carries. A text from outside could talk the agent into writing to others.
 * Nothing, which is everyone, when nobody from outside wrote to it: what people send in has their name.
 */
export function recipients(messages: readonly WakeMessage[]): string[] | undefined {
  const sent = messages.filter(({ file, from }) => file !== undefined || from !== undefined);
  if (sent.length === 0) return undefined;
  const files = sent.flatMap(({ file }) => file ?? []);
  return [...new Set(files.flatMap(file => usernameOf(file) ?? []))];
}

const notTheirs = (allowed: readonly string[]): string =>
  allowed.length > 0
    ? `This session may write to those alone who wrote to it: ${allowed.join(", ")}.`
    : "This session may write no letters: who wrote to it has no mailbox.";

function refused(error: unknown, to: string, perDay: number): never {
  if (error instanceof TooMany)
    throw new ToolRefusal(`${to} got ${perDay} letters from you within a day, and no more go out. Write tomorrow.`);
  if (error instanceof HearthError && error.code === "MISSING") throw new ToolRefusal(error.message);
  throw error;
}
