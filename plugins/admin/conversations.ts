import { readdir, stat } from "node:fs/promises";
import { type Home, HttpError, type Logger, messageOf, readText } from "hearth";
import { readConversation } from "hearth-plugins/hook-conversation";
import type { ConversationItem, ConversationList } from "./shapes";

const FOLDER = "conversations";
/** Bytes of a file that is read at the most; a conversation is far smaller. */
const LARGEST = 4 * 1024 * 1024;

/**
 * The newest conversations by their files' names. Reads as many files as are wanted; one that cannot be read is passed over.
 * @throws HttpError 500 when the folder itself cannot be listed
 */
export async function newestConversations(home: Home, limit: number, log: Logger): Promise<ConversationList> {
  const names = await namesIn(home, log);
  const conversations: ConversationItem[] = [];
  for (const name of names) {
    if (conversations.length === limit) break;
    const conversation = await read(home, name).catch(() => undefined);
    if (conversation) conversations.push(conversation);
  }
  return { conversations, total: names.length };
}

/** Newest first. */
async function namesIn(home: Home, log: Logger): Promise<string[]> {
  try {
    const entries = await readdir(await home.resolve(FOLDER), { withFileTypes: true });
    const files = entries.filter(entry => entry.name.endsWith(".md") && !entry.isDirectory());
    return files
      .map(({ name }) => name)
      .sort()
      .reverse();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    log.error("the conversations could not be listed", { error: messageOf(error) });
    throw new HttpError(500, "Failed to list conversations");
  }
}

async function read(home: Home, filename: string): Promise<ConversationItem | undefined> {
  const file = await home.resolve(`${FOLDER}/${filename}`);
  const info = await stat(file);
  const content = info.isFile() && info.size <= LARGEST ? await readText(file) : undefined;
  return content && itemOf(filename, content.text);
}

/** What stands under neither heading is left out: notes of other tools have none. */
function itemOf(filename: string, text: string): ConversationItem {
  const { date, type, message, response = "" } = readConversation(text);
  const hasMessage = /^## Message[ \t]*$/m.test(text);
  return { filename, date, session_type: type || "unknown", message: hasMessage ? message : "", response };
}
