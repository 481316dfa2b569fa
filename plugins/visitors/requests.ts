import { boundedText } from "hearth";
import { z } from "zod";

/** What a visitor leaves. Lengths are characters. */
export const Visit = z.object({ name: boundedText(1, 50), message: boundedText(1, 2000) });
export type Visit = z.output<typeof Visit>;

/** Bytes of a visit at the most: 2000 characters as JSON may write them, twice over. */
export const MOST_BYTES = 32 * 1024;
