import { pageTypes } from "hearth-plugins/content";
import { z } from "zod";

/** What `GET /memory/map` answers. */
export const WorksMap = z.object({
  works: z.array(
    z.object({
      type: z.enum(pageTypes),
      slug: z.string(),
      title: z.string(),
      date: z.string(),
      /** From 0 to 1: works that are close in meaning are close on the map. The directions themselves mean nothing. */
      x: z.number().min(0).max(1),
      y: z.number().min(0).max(1),
    }),
  ),
  /** Works that have no place yet. */
  waiting: z.int(),
  /** When the layout was made; null when there is nothing to lay out. */
  made_at: z.iso.datetime().nullable(),
});
export type WorksMap = z.output<typeof WorksMap>;
