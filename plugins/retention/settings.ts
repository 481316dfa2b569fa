import { z } from "zod";

const Days = z.union([z.literal(false), z.int().min(1).max(36_500)], { error: "a number of days from 1 on, or false" });

/** The plugin's table in the config file. */
export const Settings = z.strictObject({
  days: z
    .int()
    .min(1)
    .max(36_500)
    .default(30)
    .describe("Days for the visitors' archive and the moderation audit, where they say nothing themselves"),
  visitorsArchive: Days.optional().describe("Days that visitors' messages are kept that a session was shown"),
  moderation: Days.optional().describe("Days that the moderation audit is kept"),
  conversations: Days.default(false).describe("Days that conversations are kept; false keeps all"),
  transcripts: Days.default(false).describe("Days that transcripts are kept"),
  logs: Days.default(false).describe("Days that the logs in logs/ are kept, without web.log"),
  images: Days.default(false).describe("Days that pictures from Telegram are kept"),
  sessionLogs: Days.default(false).describe("Days that the numbered logs of sessions are kept, in the state folder"),
  cliTranscripts: Days.default(false).describe(
    "Days that the Claude CLI's own transcripts are kept, in the state folder",
  ),
  webLog: Days.default(false).describe("Days that lines of logs/web.log are kept"),
  moodHistory: Days.default(false).describe("Days that lines of data/mood-history.jsonl are kept"),
  chatHistory: Days.default(false).describe("Days that lines of the chats in telegram/ are kept"),
});
export type Settings = z.output<typeof Settings>;
