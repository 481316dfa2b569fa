import { z } from "zod";
import { instantOf } from "./instant";

/** How much an impulse presses; what else it may say counts as "low". */
export const urgencies = ["high", "medium", "low"] as const;
export type Urgency = (typeof urgencies)[number];

/** Something that the agent wants to do some time. */
export interface Impulse {
  /** On one line. */
  readonly body: string;
  readonly urgency: Urgency;
  /** Milliseconds since 1970; absent when nobody can tell. */
  readonly createdAt?: number;
  readonly expiresAt: number;
}

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

const urgencyOf = (given: unknown): Urgency =>
  urgencies.find(urgency => typeof given === "string" && given.trim().toLowerCase() === urgency) ?? "low";

/** Those that are not over, the strongest first; of equals the oldest. */
export const pendingAt = (impulses: readonly Impulse[], now: number): Impulse[] =>
  impulses
    .filter(({ expiresAt }) => expiresAt > now)
    .sort((a, b) => rank(a) - rank(b) || (a.createdAt ?? Infinity) - (b.createdAt ?? Infinity) || 0);

const rank = ({ urgency }: Impulse): number => urgencies.indexOf(urgency);

/** A text on one line, so that it cannot look like more than it is. */
const oneLine = (text: string): string =>
  text
    .replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .trim()
    .toWellFormed();
