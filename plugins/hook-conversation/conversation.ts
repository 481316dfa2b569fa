import { frontMatter, parseFrontMatter } from "hearth-plugins/content";

/** A conversation as its file in `conversations/` holds it. */
export interface Conversation {
  /** ISO time at which the session began. */
  readonly date: string;
  /** The session's type. */
  readonly type: string;
  /** How the session ended: "done", "failed"… Files of other systems have none. */
  readonly status?: string;
  /** What went wrong; absent when nothing did. */
  readonly error?: string;
  readonly message: string;
  /** The answer, or as much of it as there was; absent when there was none. */
  readonly response?: string;
}

/** A conversation as the text of its file. Lines of message and response that look like its own headings get a backslash in front, which readers of markdown do not show. */
export function writeConversation({ message, response, ...facts }: Conversation): string {
  const parts = [frontMatter(facts).trimEnd(), "## Message", protect(message)];
  if (response !== undefined) parts.push("## Response", protect(response));
  return `${parts.join("\n\n")}\n`;
}

/** Reads what `writeConversation` wrote, and the older files without escapes. Never throws: what is not there is "". */
export function readConversation(text: string): Conversation {
  const { data, body } = parseFrontMatter(text.replace(/\r\n?/g, "\n"));
  const [head = "", ...after] = body.split(/^## Response[ \t]*$/m);
  const message = /^## Message[ \t]*$/m.exec(head);
  const { status, error } = data;
  return {
    date: asText(data["date"]),
    type: asText(data["type"]),
    ...(typeof status === "string" && { status }),
    ...(typeof error === "string" && { error }),
    message: reveal(message ? head.slice(message.index + message[0].length) : head),
    ...(after.length > 0 && { response: reveal(after.join("## Response")) }),
  };
}

const asText = (value: unknown) => (typeof value === "string" ? value : "");

/** Both ways of a text into the file end here: line ends are "\n", and no blank lines stand around it. */
const plain = (text: string) => text.replace(/\r\n?/g, "\n").replace(/^(?:[ \t]*\n)+|\s+$/g, "");

const protect = (text: string) => plain(text).replace(/^(?=\\*## (?:Message|Response)[ \t]*$)/gm, "\\");
const reveal = (text: string) => plain(text).replace(/^\\(?=\\*## (?:Message|Response)[ \t]*$)/gm, "");
