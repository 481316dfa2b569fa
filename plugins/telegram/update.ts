import { z } from "zod";

const Photo = z.object({
  file_id: z.string(),
  width: z.number(),
  height: z.number(),
  file_size: z.number().optional(),
});
export type Photo = z.output<typeof Photo>;

/** A message, as far as the house reads it. */
const Message = z.looseObject({
  message_id: z.int(),
  date: z.number(),
  chat: z.object({ id: z.int(), type: z.string() }),
  from: z.object({ id: z.int(), is_bot: z.boolean().optional() }).optional(),
  text: z.string().optional(),
  caption: z.string().optional(),
  photo: z.array(Photo).optional(),
  media_group_id: z.string().optional(),
});
export type Message = z.output<typeof Message>;

const Update = z.object({
  update_id: z.int(),
  message: Message.optional(),
  edited_message: Message.optional(),
});
export type Update = z.output<typeof Update>;

const Numbered = z.looseObject({ update_id: z.int() });

/** The number of an update, whatever else it is; nothing when it is none. */
export const numberOf = (raw: unknown): number | undefined => Numbered.safeParse(raw).data?.update_id;

/** An update that carries a message; nothing for all others, and for what nobody can read. */
export function readUpdate(raw: unknown): Update | undefined {
  const { data } = Update.safeParse(raw);
  return data && (data.message ?? data.edited_message) ? data : undefined;
}

/** What people send that the agent cannot take, by the field of the message, and how one says it. */
const unread: Readonly<Record<string, string>> = {
  voice: "a voice message",
  video_note: "a video message",
  audio: "a sound file",
  animation: "an animation",
  document: "a file",
  sticker: "a sticker",
  video: "a video",
  location: "a place",
  venue: "a place",
  contact: "a contact",
  poll: "a poll",
  dice: "dice",
  story: "a story",
};

/** What a message is that holds neither words nor a picture; nothing when it is none that a person sent. */
export const unreadKind = (message: Message): string | undefined => {
  const field = Object.keys(unread).find(key => message[key] !== undefined);
  return field && unread[field];
};
