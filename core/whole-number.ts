import { z } from "zod";

/**
 * A whole number as a query writes it: digits, with or without a sign. Nothing ("limit="), "1e1" and "0x10" are none.
 * @param number what it must be: `wholeNumber(z.int().min(1).max(50)).default(20)`
 */
export const wholeNumber = <T extends z.ZodType<number>>(number: T) => z.preprocess(fromText, number);

const fromText = (text: unknown): unknown =>
  typeof text === "string" && /^[+-]?\d+(\.0+)?$/.test(text) ? Number(text) : text;
