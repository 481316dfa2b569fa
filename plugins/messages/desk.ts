import { basename } from "node:path";
import { type Clock, HttpError, type Logger, messageOf, storageFault } from "hearth";
import {
  type Letterbox,
  NOTHING_TO_SCREEN,
  type Parcel,
  type Receipt,
  type Sender,
  type Senders,
} from "hearth-plugins/letterbox";
import type { Picture, Pictures } from "hearth-plugins/pictures";
import { pageName, visitorName } from "hearth-plugins/visitors";
import type { Destination } from "./contract";
import type { Note, PictureNote } from "./requests";
import type { Sent } from "./shapes";
import { countWords } from "./words";

/** What the desk works with. */
export interface DeskTerms {
  readonly senders: Senders;
  readonly letterbox: Letterbox;
  readonly pictures: Pictures;
  readonly destinations: () => readonly Destination[];
  readonly clock: Clock;
  /** IANA name of the zone of dates and times in names. */
  readonly timeZone: string;
  readonly log: Logger;
}

/** What is handed in, before it is screened, and the name that its file is meant to have; letters have none. */
type Sending = NonNullable<ReturnType<Destination["of"]>> & { readonly filename?: string };

/** Takes what trusted senders write. What it answers is on the disk; every method throws HttpError in the words of the contract. */
export class Desk {
  constructor(readonly terms: DeskTerms) {}

  async take(sender: Sender, { name, message: text }: Note): Promise<Sent> {
    const { senders, letterbox } = this.terms;
    using place = senders.reserve(sender);
    const words = countWords(text);
    const sending = this.#letter(sender, text) ?? this.#page(name, text);
    const screened = await letterbox.screen(sending.message);
    const receipt = await this.#handIn({ message: sending.message, data: sending.data, screened, place });
    return { success: true, filename: nameOf(receipt, sending), word_count: words, attachment: null };
  }

  async takePicture(sender: Sender, { message: text, image }: PictureNote): Promise<Sent> {
    const { senders, letterbox, pictures } = this.terms;
    const letter = this.#letter(sender, text);
    if (!letter) throw new HttpError(403, "Image sending requires a registered mailbox account");
    using place = senders.reserve(sender);
    const words = countWords(text);
    const screened = text.trim() === "" ? NOTHING_TO_SCREEN : await letterbox.screen(letter.message);
    const picture = await pictures.clean(new Uint8Array(await image.arrayBuffer()));
    const receipt = await this.#handIn({ ...letter, screened, picture, place });
    const attachment = attachmentOf(receipt, picture);
    return { success: true, filename: nameOf(receipt, letter), word_count: words, attachment };
  }

  #letter(sender: Sender, text: string): Sending | undefined {
    for (const destination of this.terms.destinations()) {
      const letter = destination.of(sender, text);
      if (letter) return letter;
    }
  }

  #page(name: string, text: string): Sending & { readonly filename: string } {
    const from = visitorName(name);
    const filename = pageName(this.terms.clock.now(), from, this.terms.timeZone);
    return { message: { kind: "message", from, text }, data: { filename }, filename };
  }

  async #handIn(parcel: Parcel): Promise<Receipt> {
    try {
      return await this.terms.letterbox.take(parcel);
    } catch (error) {
      if (error instanceof HttpError || storageFault(error)) throw error;
      this.terms.log.error("a message could not be saved", { error: messageOf(error) });
      throw new HttpError(500, "Failed to save message");
    }
  }
}

/** A letter is called by its id, a page by its file; what is held has neither yet. */
function nameOf({ id, delivered }: Receipt, { filename }: Sending): string {
  if (!delivered) return filename ?? id;
  return delivered.ref ?? basename(delivered.file);
}

function attachmentOf({ id, delivered }: Receipt, { mime, extension, bytes }: Picture): Sent["attachment"] {
  const filename = delivered?.image === undefined ? `${delivered?.ref ?? id}${extension}` : basename(delivered.image);
  return { filename, mime, size: bytes.byteLength };
}
