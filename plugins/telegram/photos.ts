import { type Home, HttpError, type Logger, messageOf } from "hearth";
import type { Pictures } from "hearth-plugins/pictures";
import { type Bot, BotFault } from "./bot";
import { folderOf, type Person } from "./people";
import type { Message, Photo } from "./update";

/** Pixels of the longer side of a picture that is kept. */
const SIDE = 1024;

export interface PhotosOptions {
  readonly bot: Pick<Bot, "file">;
  readonly pictures: Pictures;
  readonly home: Home;
  readonly log: Logger;
}

/** Brings photos into the home: upright, small, with nothing in them but their pixels. */
export class Photos {
  constructor(readonly options: PhotosOptions) {}

  /**
   * Keeps the photo of a message, under a name that is its own. Answers its path in the home; nothing when it cannot be opened, however often one tries.
   * @throws what may go better the next time: Telegram that is away, a full disk
   */
  async keep(message: Message, person: Person): Promise<string | undefined> {
    const { bot, pictures, home, log } = this.options;
    const photo = fitting(message.photo ?? [], pictures.maxBytes);
    if (!photo) return;
    try {
      const { bytes, extension } = await pictures.clean(await bot.file(photo.file_id, pictures.maxBytes), SIDE);
      const day = new Date(message.date * 1000).toISOString().slice(0, 10);
      const path = `${folderOf(person)}/images/${day}-${message.message_id}${extension}`;
      await home.write(path, bytes, 0o640);
      return path;
    } catch (error) {
      if (!isFinal(error)) throw error;
      log.warn("a photo could not be opened", { from: person.name, error: messageOf(error) });
      return;
    }
  }
}

/** The smallest size that is large enough; else the largest that may be fetched. */
function fitting(sizes: readonly Photo[], most: number): Photo | undefined {
  const longer = ({ width, height }: Photo) => Math.max(width, height);
  const allowed = sizes.filter(({ file_size = 0 }) => file_size <= most).sort((a, b) => longer(a) - longer(b));
  return allowed.find(size => longer(size) >= SIDE) ?? allowed.at(-1);
}

/** The picture itself is the reason, or Telegram does not have it. */
function isFinal(error: unknown): boolean {
  if (error instanceof HttpError) return error.status === 400;
  return error instanceof BotFault && (error.code === 400 || error.code === 404 || error.code === 413);
}
