import { type Callers, HttpError, householdOf } from "hearth";
import type { Limit, Limits, Sender, Senders } from "hearth-plugins/letterbox";

/** Wrong keys that one household may try. */
const WRONG_KEYS: Limit = {
  id: "messages.wrong-keys",
  most: 20,
  seconds: 15 * 60,
  detail: "Too many invalid API keys. Please try again later.",
};

/** Lets those in who have a trusted key. */
export class Entrance {
  constructor(
    readonly senders: Senders,
    readonly limits: Limits,
    readonly callers: Callers,
  ) {}

  /** Who sends this request. @throws HttpError 500 when there are no keys, 401 for a wrong one, 429 after too many of those */
  senderOf(request: Request): Sender {
    if (!this.senders.any) throw new HttpError(500, "API keys not configured");
    const household = householdOf(this.callers.addressOf(request));
    this.limits.check(WRONG_KEYS, household);
    const sender = this.senders.find(request.headers.get("authorization") ?? "");
    if (sender) return sender;
    this.limits.count(WRONG_KEYS, household);
    throw new HttpError(401, "Invalid API key");
  }
}
