import { z } from "zod";
import { type Impulse, type Urgency, urgencies } from "./contract";
import { instantOf } from "./instant";

const Written = z.object({
  body: z.string(),
  urgency: z.unknown(),
  created_at: z.unknown(),
  expires_at: z.string(),
});

/** Reads one impulse as it is written; nothing when it has no words or no time at which it is over. */
export function impulseOf(given: unknown, timeZone: string): Impulse | undefined {
  const read = Written.partial({ urgency: true, created_at: true }).safeParse(given);
  if (!read.success) return;
  const body = oneLine(read.data.body);
  const expiresAt = instantOf(read.data.expires_at, timeZone);
  if (body === "" || expiresAt === undefined) return;
  const { created_at: created } = read.data;
  const createdAt = typeof created === "string" ? instantOf(created, timeZone) : undefined;
  return { body, urgency: urgencyOf(read.data.urgency), expiresAt, ...(createdAt !== undefined && { createdAt }) };
}

/** What else it may say counts as "low". */
const urgencyOf = (given: unknown): Urgency =>
  urgencies.find(urgency => typeof given === "string" && given.trim().toLowerCase() === urgency) ?? "low";

/** Those that are not over, the strongest first; of equals the oldest. */
export const pendingAt = <T extends Impulse>(impulses: readonly T[], now: number): T[] =>
  impulses
    .filter(({ expiresAt }) => expiresAt > now)
    .sort((a, b) => rank(a) - rank(b) || (a.createdAt ?? Infinity) - (b.createdAt ?? Infinity) || 0);

const rank = ({ urgency }: Impulse): number => urgencies.indexOf(urgency);

/** A text on one line, so that it cannot look like more than it is. */
export const oneLine = (text: string): string =>
  text
    .replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .trim()
    .toWellFormed();
