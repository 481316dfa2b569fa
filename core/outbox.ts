/** Bytes that are handed over at once; more only when one event is larger. */
const PIECE = 65_536;
/** Bytes that may wait at the most, even for a client that reads, only too slowly; its greeting comes on top. */
const MOST = 4 * 1024 * 1024;

export interface OutboxOptions {
  /** Events that may wait for a client that does not read. */
  readonly queue: number;
  /** Seconds without a sign of reading after which one whose queue is full does not keep up. */
  readonly patience: number;
  /** The last event of a client that did not keep up. */
  readonly overload: () => Uint8Array;
  /** Called once, when nothing more is taken for this client. */
  readonly ended: () => void;
  /** Called once, after `ended`, when the last event is on its way or the client has gone. */
  readonly gone: () => void;
}

/**
 * What waits for one client of a stream. Events are shared with all other clients until they are handed over, and handed over
 * only as the client reads. A burst may overrun the queue for a moment; a client that takes nothing of it meanwhile loses what
 * waits, is told so, and is closed.
 */
export class Outbox {
  readonly stream: ReadableStream<Uint8Array>;
  readonly #options: OutboxOptions;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #waiting: Uint8Array[] = [];
  #bytes = 0;
  #most = Number.POSITIVE_INFINITY;
  /** Pieces handed over so far. */
  #handed = 0;
  #patience: Timer | undefined;
  #state: "open" | "ending" | "gone" = "open";

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.stream = new ReadableStream<Uint8Array>({
      start: controller => {
        this.#controller = controller;
      },
      pull: () => this.#handOver(),
      cancel: () => {
        this.#end();
        this.#leave();
      },
    });
  }

  /** Puts an event behind the others, unless the stream has ended. */
  put(event: Uint8Array): void {
    if (this.#state !== "open") return;
    this.#append(event);
    if (this.#bytes > this.#most) this.#giveUp();
    else if (this.#waiting.length > this.#options.queue) this.#patience ??= this.#watch();
  }

  /** What was put so far was the greeting: it may be longer than any backlog. */
  greeted(): void {
    this.#most = MOST + this.#bytes;
  }

  /** Ends a stream that nobody will read. */
  drop(): void {
    void this.stream.cancel();
  }

  /** Ends the stream after what waits, and after a last event. */
  end(last?: Uint8Array): void {
    if (this.#state !== "open") return;
    this.#end();
    if (last) this.#append(last);
    this.#handOver();
  }

  #append(event: Uint8Array): void {
    this.#waiting.push(event);
    this.#bytes += event.byteLength;
    this.#handOver();
  }

  #handOver(): void {
    while (this.#waiting.length > 0 && (this.#controller.desiredSize ?? 0) > 0) {
      this.#handed++;
      this.#controller.enqueue(this.#nextPiece());
    }
    if (this.#state !== "ending" || this.#waiting.length > 0) return;
    this.#controller.close();
    this.#leave();
  }

  #nextPiece(): Uint8Array {
    let bytes = this.#waiting[0]!.byteLength;
    let count = 1;
    for (let next = this.#waiting[count]; next && bytes + next.byteLength <= PIECE; next = this.#waiting[++count])
      bytes += next.byteLength;
    this.#bytes -= bytes;
    const events = this.#waiting.splice(0, count);
    return count === 1 ? events[0]! : Buffer.concat(events, bytes);
  }

  /** Looks again and again whether something was taken, for as long as the queue is too long. */
  #watch(): Timer {
    const before = this.#handed;
    const look = () => {
      this.#patience = undefined;
      if (this.#waiting.length <= this.#options.queue) return;
      if (this.#handed === before) this.#giveUp();
      else this.#patience = this.#watch();
    };
    return setTimeout(look, this.#options.patience * 1000).unref();
  }

  #giveUp(): void {
    this.#waiting = [];
    this.#bytes = 0;
    this.end(this.#options.overload());
  }

  #end(): void {
    if (this.#state !== "open") return;
    this.#state = "ending";
    clearTimeout(this.#patience);
    this.#options.ended();
  }

  #leave(): void {
    if (this.#state === "gone") return;
    this.#state = "gone";
    this.#waiting = [];
    this.#options.gone();
  }
}
