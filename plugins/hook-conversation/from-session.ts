import type { LogLine, Session, WakeMessage } from "hearth-plugins/sessions";
import type { Conversation } from "./conversation";

/** Characters of an error that are kept. */
const LONGEST_ERROR = 300;

/** All that was said to a session, as one text; "" when nothing was. Several messages are told apart by who wrote them. */
export function messageText(messages: readonly WakeMessage[]): string {
  const said = messages.map(message => ({ ...message, text: withImage(message) })).filter(({ text }) => text);
  if (said.length === 1) return said[0]!.text;
  return said.map(({ text, from, at }) => `[${from ?? "someone"}, ${at}]\n${text}`).join("\n\n");
}

const withImage = ({ text, image }: WakeMessage) =>
  [image && `[image: ${image}]`, text.trim()].filter(Boolean).join("\n");

/**
 * The conversation that a session was. A session that failed keeps its state, and what was said until then.
 * @param date ISO time of its start
 * @param lines the session's log, in order
 */
export function conversationOf(session: Session, date: string, lines: readonly LogLine[]): Conversation {
  const response = session.result.text.trim() || lastText(lines);
  const error = session.result.error?.replace(/\s+/g, " ").slice(0, LONGEST_ERROR);
  return {
    date,
    type: session.type,
    status: session.state,
    ...(error && { error }),
    message: messageText(session.messages),
    ...(response && { response }),
  };
}

/** The last stretch of text in a log: pieces with nothing but notices between them. */
function lastText(lines: readonly LogLine[]): string {
  const spoken: string[] = [];
  for (const line of lines.toReversed()) {
    if (line.type === "text" && typeof line.text === "string") spoken.unshift(line.text);
    else if (spoken.length > 0 && line.type.startsWith("tool")) break;
  }
  return spoken.join("\n\n").trim();
}
