import { basename } from "node:path";
import { type Clock, type HomeFolder, HttpError, type Logger, messageOf, storageFault } from "hearth";
import type { Courier, Letterbox } from "hearth-plugins/letterbox";
import type { Visit } from "./requests";
import type { Left } from "./shapes";
import { pageName, visitorName, writeVisitorPage } from "./visitor-page";

/** What the guest book needs of the house. */
export interface GuestBookTerms {
  readonly letterbox: Letterbox;
  readonly clock: Clock;
  /** IANA name of the zone of dates and times in names. */
  readonly timeZone: string;
  readonly log: Logger;
}

/** Takes what visitors leave. */
export class GuestBook {
  constructor(readonly terms: GuestBookTerms) {}

  /**
   * Has a visitor's message screened and taken; on the disk when this answers, in `visitors/` or in the quarantine.
   * @throws HttpError 400 when a screen rejects it, 500 when it cannot be written; what a full disk says
   */
  async take({ name, message: text }: Visit): Promise<Left> {
    const { letterbox, clock, timeZone } = this.terms;
    const message = { kind: "visitor", from: visitorName(name), text };
    const screened = await letterbox.screen(message);
    const filename = pageName(clock.now(), message.from, timeZone);
    try {
      const { delivered } = await letterbox.take({ message, screened, data: { filename } });
      return { success: true, filename: delivered ? basename(delivered.file) : filename };
    } catch (error) {
      throw this.#refusal(error);
    }
  }

  #refusal(error: unknown): unknown {
    if (error instanceof HttpError || storageFault(error)) return error;
    this.terms.log.error("a visitor's message could not be saved", { error: messageOf(error) });
    return new HttpError(500, "Failed to save message");
  }
}

/** Brings visitors' messages to `visitors/`. What others hand in may leave out the name of its file. */
export const visitorCourier = (home: HomeFolder, timeZone: string): Courier => ({
  id: "visitor",
  wakes: "visit",
  trust: "strangers",
  deliver({ from, text, receivedAt, data: { filename = pageName(new Date(receivedAt), from, timeZone) } }) {
    return writeVisitorPage(home, { filename: String(filename), from, text });
  },
});
