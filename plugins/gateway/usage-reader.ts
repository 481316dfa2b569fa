import { jsonValue } from "hearth";
import { ApiUsage, later, type Told } from "./usage";

/** Reads what an answer used while it passes by. */
export interface UsageReader {
  feed(bytes: Uint8Array): void;
  /** Nothing while no figures have come. */
  told(): Told | undefined;
}

/** The reader for an answer of a content type. */
export const readerFor = (contentType: string): UsageReader =>
  contentType.startsWith("text/event-stream") ? new StreamReader() : new WholeReader();

/** Bytes of an answer that is kept for its figures at the most. */
const LONGEST = 64 * 1024 * 1024;

/** An answer in one piece: its figures are known when it has come whole. */
class WholeReader implements UsageReader {
  #chunks: Uint8Array[] = [];
  #size = 0;

  feed(bytes: Uint8Array): void {
    this.#size += bytes.byteLength;
    if (this.#size <= LONGEST) this.#chunks.push(bytes.slice());
    else this.#chunks = [];
  }

  told(): Told | undefined {
    const message = parsed(Buffer.concat(this.#chunks).toString());
    return message && toldBy(message, true);
  }
}

/** A stream of events: the first and the last of them carry figures. */
class StreamReader implements UsageReader {
  readonly #decoder = new TextDecoder();
  #rest = "";
  #model: string | undefined;
  #usage: ApiUsage | undefined;
  #whole = false;

  feed(bytes: Uint8Array): void {
    const from = this.#rest.length;
    this.#rest += this.#decoder.decode(bytes, { stream: true });
    if (!this.#rest.includes("\n", from)) return;
    const lines = this.#rest.split("\n");
    this.#rest = lines.pop()!;
    for (const line of lines) if (line.startsWith("data:") && isOfUse(line)) this.#take(parsed(line.slice(5)));
  }

  told(): Told | undefined {
    if (!this.#usage) return;
    return { usage: this.#usage, whole: this.#whole, ...(this.#model !== undefined && { model: this.#model }) };
  }

  #take(event: Json | undefined): void {
    if (event?.["type"] === "message_stop") this.#whole = this.#usage !== undefined;
    if (event?.["type"] !== "message_start" && event?.["type"] !== "message_delta") return;
    const told = toldBy(event["type"] === "message_start" ? objectIn(event["message"]) : event, false);
    if (!told) return;
    this.#model = told.model ?? this.#model;
    this.#usage = this.#usage ? later(this.#usage, told.usage) : told.usage;
    if (objectIn(event["delta"])["stop_reason"]) this.#whole = true;
  }
}

/** Most lines are pieces of text, and need no look inside. */
const isOfUse = (line: string): boolean => line.includes('"usage"') || line.includes("message_stop");

type Json = Readonly<Record<string, unknown>>;
const objectIn = (value: unknown): Json => (typeof value === "object" && value !== null ? (value as Json) : {});

function parsed(text: string): Json | undefined {
  const value = jsonValue(text);
  return value === undefined ? undefined : objectIn(value);
}

function toldBy(message: Json, whole: boolean): Told | undefined {
  const usage = ApiUsage.safeParse(message["usage"]);
  if (!usage.success) return;
  return { usage: usage.data, whole, ...(typeof message["model"] === "string" && { model: message["model"] }) };
}
