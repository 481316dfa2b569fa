import { pageTypes } from "hearth-plugins/content";
import { z } from "zod";

/** A page that sounds like another. */
export const Echo = z.object({
  content_type: z.enum(pageTypes),
  slug: z.string().min(1),
  title: z.string(),
  date: z.string(),
  /** 1 for the same, 0 for nothing in common. */
  similarity: z.number().min(0).max(1),
});
export type Echo = z.output<typeof Echo>;

/** What `GET /echoes/{content_type}/{slug}` answers. */
export const Echoes = z.object({ echoes: z.array(Echo) });
