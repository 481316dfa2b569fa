import { z } from "zod";

export const Registered = z.object({
  username: z.string(),
  display_name: z.string(),
  web_password: z.string().describe("Shown only here"),
});

export const NewPassword = z.object({ username: z.string(), web_password: z.string().describe("Shown only here") });

export const LoggedIn = z.object({
  session_token: z.string(),
  expires_in: z.int().describe("Seconds"),
  username: z.string(),
  display_name: z.string(),
});

export const Status = z.object({
  username: z.string(),
  unread: z.int().describe("Letters of the agent after the read cursor"),
  total: z.int(),
  display_name: z.string(),
  last_message: z.string().nullable().describe("Time of the newest letter"),
});
export type Status = z.output<typeof Status>;

const Attachment = z.object({ filename: z.string(), mime: z.string(), size: z.int().describe("Bytes") });

/** A letter, with whatever else its line has. */
const Message = z.looseObject({
  id: z.string(),
  from: z.string(),
  ts: z.string(),
  body: z.string(),
  attachment: Attachment.optional(),
  in_reply_to: z.string().optional(),
  status: z.enum(["read", "unread"]),
});

export const Page = z.object({ messages: z.array(Message).describe("The oldest first"), has_more: z.boolean() });
/** Lines are passed on as they are, so more may be wrong with them than the document says. */
export interface Page {
  readonly messages: readonly { readonly id: string; readonly status: "read" | "unread" }[];
  readonly has_more: boolean;
}

export const ReadUpTo = z.object({ last_read_id: z.string() });

export const Sent = z.object({ id: z.string(), word_count: z.int(), attachment: Attachment.nullable() });
export type Sent = z.output<typeof Sent>;

export const LoginList = z.object({
  sessions: z.array(
    z.object({
      id: z.string(),
      created_at: z.string(),
      expires_at: z.string(),
      last_used_at: z.string(),
      current: z.boolean().describe("The one that asks"),
    }),
  ),
});
export type LoginList = z.output<typeof LoginList>;

export const Done = z.object({ success: z.literal(true) });
