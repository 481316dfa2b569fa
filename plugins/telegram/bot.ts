import { Api, GrammyError, HttpError } from "grammy/web";
import { messageOf } from "hearth";

/** Seconds that a call may take which does not wait for anything. */
const PATIENCE = 15;
/** Seconds that a file may take. */
const FILE_PATIENCE = 60;
/** What the house wants to hear of. */
const HEARD = ["message", "edited_message"] as const;

/** What Telegram, or the way to it, answered in place of what was asked for. */
export class BotFault extends Error {
  constructor(
    text: string,
    /** Telegram's error code; nothing when it could not be reached. */
    readonly code?: number,
    /** Seconds until it wants to be asked again. */
    readonly retryAfter?: number,
  ) {
    super(text);
  }
}

export interface BotOptions {
  readonly token: string;
  readonly apiRoot: string;
  readonly pollSeconds: number;
  /** Aborted when what is on its way has to end. */
  readonly cut: AbortSignal;
}

/** The Bot API, as far as the house needs it. Every method throws BotFault, and its words hold no token. */
export class Bot {
  readonly #api: Api;
  readonly #options: BotOptions;

  constructor(options: BotOptions) {
    this.#options = options;
    const { token, apiRoot, pollSeconds } = options;
    this.#api = new Api(token, { apiRoot: plainRoot(apiRoot), timeoutSeconds: pollSeconds + PATIENCE });
  }

  /** The updates from an offset on; waits for one. @param signal aborted when nobody waits any more */
  updates(offset: number | undefined, signal: AbortSignal): Promise<readonly unknown[]> {
    const { pollSeconds } = this.#options;
    const asked = { timeout: pollSeconds, limit: 100, allowed_updates: HEARD, ...(offset !== undefined && { offset }) };
    return this.#call(() => this.#api.getUpdates(asked, asGiven(signal)));
  }

  /** The bot's own name, without "@". */
  async name(): Promise<string> {
    return (await this.#call(() => this.#api.getMe(this.#patience()))).username;
  }

  /** Sends a message of at most 4096 UTF-16 units. */
  async send(chat: number, text: string, format: "html" | "plain"): Promise<void> {
    const other = {
      link_preview_options: { is_disabled: true },
      ...(format === "html" && { parse_mode: "HTML" as const }),
    };
    await this.#call(() => this.#api.sendMessage(chat, text, other, this.#patience()));
  }

  async typing(chat: number): Promise<void> {
    await this.#call(() => this.#api.sendChatAction(chat, "typing", {}, this.#patience()));
  }

  /** A file's bytes. @param most bytes */
  async file(id: string, most: number): Promise<Uint8Array<ArrayBuffer>> {
    const { file_path } = await this.#call(() => this.#api.getFile(id, this.#patience()));
    if (!file_path) throw new BotFault("the file has no path");
    const { apiRoot, token, cut } = this.#options;
    const url = `${plainRoot(apiRoot)}/file/bot${token}/${file_path}`;
    const signal = AbortSignal.any([cut, AbortSignal.timeout(FILE_PATIENCE * 1000)]);
    return this.#call(async () => bytesOf(await fetch(url, { signal }), most));
  }

  /** Has Telegram bring updates to an address. */
  async bringTo(url: string, secret: string): Promise<void> {
    const other = { secret_token: secret, allowed_updates: HEARD };
    await this.#call(() => this.#api.setWebhook(url, other, this.#patience()));
  }

  /** Has Telegram keep updates until they are asked for. */
  async keep(): Promise<void> {
    await this.#call(() => this.#api.deleteWebhook({}, this.#patience()));
  }

  #patience() {
    return asGiven(AbortSignal.any([this.#options.cut, AbortSignal.timeout(PATIENCE * 1000)]));
  }

  async #call<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw this.#faultOf(error);
    }
  }

  #faultOf(error: unknown): BotFault {
    if (error instanceof BotFault) return error;
    if (error instanceof GrammyError)
      return new BotFault(`${error.error_code}: ${error.description}`, error.error_code, error.parameters.retry_after);
    const cause = error instanceof HttpError ? error.error : error;
    return new BotFault(`Telegram could not be reached: ${messageOf(cause)}`.replaceAll(this.#options.token, "…"));
  }
}

/** grammY is typed for a signal of its own, which is the same thing. */
const asGiven = (signal: AbortSignal) => signal as never;

const plainRoot = (url: string) => url.replace(/\/+$/, "");

async function bytesOf(response: Response, most: number): Promise<Uint8Array<ArrayBuffer>> {
  if (!response.ok || !response.body)
    throw new BotFault(`${response.status}: the file could not be had`, response.status);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    if (size > most) throw new BotFault(`the file is longer than ${most} bytes`, 413);
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}
