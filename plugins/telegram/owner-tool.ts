import { agentTool, ToolRefusal } from "hearth-plugins/tools";
import { z } from "zod";
import type { Outbox } from "./outbox";
import type { Person } from "./people";

/** Characters of a message at the most: three messages of Telegram. */
const LONGEST = 12_000;

/** `message_owner`. @param put called when a message lies in the outbox */
export const ownerTool = (outbox: Outbox, owner: Person, put: (chat: number) => void) =>
  agentTool({
    name: "message_owner",
    description: `Sends a message to ${owner.name} on Telegram, at once. Use it seldom: for what they should know before you meet again. What they answer wakes you. In a session in which they write to you on Telegram, your last words are sent to them without it.`,
    input: z.strictObject({
      text: z.string().max(LONGEST).describe("What you want to say; markdown is shown as such"),
    }),
    effect: "out",
    perSession: 3,
    run({ text }, { session }) {
      if (!text.trim()) throw new ToolRefusal("the text is empty: say something");
      outbox.put(owner.id, `tool:${session?.id ?? "person"}:${crypto.randomUUID()}`, text);
      put(owner.id);
      return `It is on its way to ${owner.name}.`;
    },
  });
