import { z } from "zod";

/** A picture as it came to lie beside its letter. */
export const Attachment = z.object({ filename: z.string(), mime: z.string(), size: z.int().describe("Bytes") });

/** A message was taken. */
export const Sent = z.object({
  success: z.literal(true),
  filename: z.string().describe("Of the file in visitors/; of a sender with a mailbox, the id of the letter"),
  word_count: z.int(),
  attachment: Attachment.nullable(),
});
export type Sent = z.output<typeof Sent>;
