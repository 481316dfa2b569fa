import { z } from "zod";

/** What became of something that was uploaded. */
export const Saved = z.object({
  success: z.literal(true),
  filename: z.string(),
  path: z.string().describe("Absolute, on the server"),
});
export type Saved = z.output<typeof Saved>;

/** One conversation as the list shows it. */
export const ConversationItem = z.object({
  filename: z.string(),
  date: z.string().describe("As the file says it, an ISO time as a rule; empty when it says none"),
  session_type: z.string(),
  message: z.string(),
  response: z.string(),
});
export type ConversationItem = z.output<typeof ConversationItem>;

export const ConversationList = z.object({
  conversations: z.array(ConversationItem),
  total: z.int().describe("All files of the folder, those that are not shown included"),
});
export type ConversationList = z.output<typeof ConversationList>;
