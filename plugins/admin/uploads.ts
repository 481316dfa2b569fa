import { join } from "node:path";
import { type Clock, type Home, HttpError, type Logger, messageOf, storageFault } from "hearth";
import { zonedIso } from "hearth-plugins/content";
import { writePage } from "./dated-page";
import { GiftBox } from "./gift-box";
import { giftFiles } from "./gift-content";
import type { Gift, News, Reading } from "./requests";
import type { Saved } from "./shapes";

/** What uploads need of the house. */
export interface UploadsTerms {
  readonly home: Home;
  readonly clock: Clock;
  /** IANA name of the zone in which days are counted. */
  readonly timeZone: string;
  readonly log: Logger;
}

/** Writes what people send to the agent into its home. Every method throws HttpError 500 when the file system refuses. */
export class Uploads {
  readonly #terms: UploadsTerms;
  readonly #gifts = new GiftBox();

  constructor(terms: UploadsTerms) {
    this.#terms = terms;
  }

  news({ title, content, type }: News): Promise<Saved> {
    return this.#save("news", "news", folder => writePage(folder, this.#today, { title, content, more: { type } }));
  }

  reading({ title, content, source }: Reading): Promise<Saved> {
    const page = { title, content, more: { source: source || undefined } };
    return this.#save("reading", "readings", folder => writePage(folder, this.#today, page));
  }

  /** @throws HttpError 400, 409 or 413, as the contract has them */
  gift(gift: Gift): Promise<Saved> {
    return this.#save("gift", "gifts", async folder => {
      await this.#gifts.put(folder, gift.filename, giftFiles(gift, this.#today));
      return gift.filename;
    });
  }

  get #today(): string {
    return zonedIso(this.#terms.clock.now(), this.#terms.timeZone).slice(0, 10);
  }

  async #save(what: string, folder: string, write: (folder: string) => Promise<string>): Promise<Saved> {
    const { home, log } = this.#terms;
    try {
      const filename = await write(await home.resolve(folder));
      return { success: true, filename, path: join(home.path, folder, filename) };
    } catch (error) {
      if (error instanceof HttpError) throw error;
      log.error("an upload could not be saved", { folder, error: messageOf(error) });
      const why = storageFault(error);
      throw new HttpError(500, why ? `Failed to save ${what}: ${why}` : `Failed to save ${what}`);
    }
  }
}
