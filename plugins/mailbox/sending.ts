import { basename } from "node:path";
import { badRequest } from "hearth";
import { type Letterbox, NOTHING_TO_SCREEN, type Senders } from "hearth-plugins/letterbox";
import { countWords } from "hearth-plugins/messages";
import type { Picture, Pictures } from "hearth-plugins/pictures";
import type { AccountRow } from "./accounts";
import type { Gate } from "./gate";
import type { Letters } from "./letters";
import type { Promises } from "./promises";
import type { NewLetter } from "./requests";
import type { Sent } from "./shapes";
import type { Writer } from "./writer";

export interface SendingOptions {
  readonly gate: Gate;
  readonly letters: Letters;
  readonly writer: Writer;
  readonly promises: Promises;
  readonly letterbox: Letterbox;
  readonly senders: Senders;
  readonly pictures: Pictures;
}

/** Takes the letters that people send from their mailboxes. What it answers to is on the disk. */
export class Sending {
  constructor(readonly options: SendingOptions) {}

  /** @throws HttpError 400, 401, 429 in the words of the contract, in its order */
  async send(authorization: string, { message, image }: NewLetter): Promise<Sent> {
    const text = message ?? "";
    const upload = image && image.size > 0 ? image : undefined;
    if (text.trim() === "" && !upload) throw badRequest("Message or image is required");
    const { gate, letters, senders, letterbox, pictures } = this.options;
    const { account } = gate.callerOf(authorization);
    using place = senders.reserve({ fingerprint: account.fingerprint ?? `account:${account.username}` });
    const words = countWords(text);
    const letter = letters.message(account, text);
    const screened = text.trim() === "" ? NOTHING_TO_SCREEN : await letterbox.screen(letter);
    const picture = upload && (await pictures.clean(new Uint8Array(await upload.arrayBuffer())));
    // awaited, so that the place is held until the letter has taken it
    return await this.#handIn(account, words, picture, (data: Readonly<Record<string, unknown>>) =>
      letterbox.take({ message: letter, screened, data, place, ...(picture && { picture }) }),
    );
  }

  /** The id is known before the letter lies in its thread, since a letter that is held does not. */
  async #handIn(
    account: AccountRow,
    words: number,
    picture: Picture | undefined,
    take: (data: Readonly<Record<string, unknown>>) => ReturnType<Letterbox["take"]>,
  ): Promise<Sent> {
    const { writer, letters, promises } = this.options;
    const { username } = account;
    const wanted = await writer.reserve(username, "u");
    try {
      const { delivered } = await take({ ...letters.addressOf(account, wanted) });
      if (!delivered) promises.add(username, wanted);
      const id = delivered?.ref ?? wanted;
      return { id, word_count: words, attachment: picture ? attachmentOf(picture, id, delivered?.image) : null };
    } finally {
      writer.release(username, wanted);
    }
  }
}

const attachmentOf = ({ mime, extension, bytes }: Picture, id: string, path = `${id}${extension}`) => ({
  filename: basename(path),
  mime,
  size: bytes.length,
});
