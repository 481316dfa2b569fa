import { definePlugin, Home, House } from "hearth";
import { zonedIso } from "hearth-plugins/content";
import { PostSession, readLog, type Session } from "hearth-plugins/sessions";
import { z } from "zod";
import { writeConversation } from "./conversation";
import { conversationOf, messageText } from "./from-session";

export default definePlugin({
  id: "hook-conversation",
  summary: "Keeps message and answer of a conversation",
  config: z.strictObject({}),
  requires: { home: Home, house: House },
  setup: (ctx, { home, house }) =>
    ctx.add(PostSession, {
      id: "conversation",
      limit: 60,
      unless: noConversation,
      async run(session) {
        const lines = await Array.fromAsync(readLog(session.log));
        const conversation = conversationOf(session, zonedIso(session.startedAt, house.timeZone), lines);
        await home.write(`conversations/${session.id}.md`, writeConversation(conversation), 0o640);
        return conversation.response === undefined ? "kept without an answer: there was none" : undefined;
      },
    }),
});

function noConversation(session: Session): string | undefined {
  if (!session.settings.conversation) return `sessions of type ${session.type} keep no conversation`;
  if (!messageText(session.messages)) return "nothing was said to it";
}
