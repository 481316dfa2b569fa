import { createHash, timingSafeEqual } from "node:crypto";
import { Elysia } from "elysia";
import { about, HttpError, jsonBodyUpTo } from "hearth";
import { z } from "zod";
import { Taken } from "./shapes";

/** Bytes of an update at the most; those of Telegram are far smaller. */
const LARGEST = 256 * 1024;

/** What Telegram sends with each update that it brings. It follows from the token, so that it needs no place of its own. */
export const webhookSecret = (token: string): string =>
  createHash("sha256").update(`hearth webhook ${token}`).digest("base64url");

/** Where Telegram brings updates. @param take stores them */
export const webhookRoutes = (secret: string, take: (updates: readonly unknown[]) => void) =>
  new Elysia({ name: "telegram" }).post(
    "/telegram/webhook",
    ({ body, headers }) => {
      if (!isSame(headers["x-telegram-bot-api-secret-token"] ?? "", secret))
        throw new HttpError(403, "Only Telegram may bring updates here");
      take([body]);
      return {};
    },
    {
      body: z.looseObject({ update_id: z.int() }),
      parse: jsonBodyUpTo(LARGEST),
      ...about("Take an update from Telegram", {
        access: "public",
        answers: Taken,
        errors: { 403: "the secret of the webhook is missing or another", 413: "the update is too long" },
      }),
    },
  );

function isSame(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
