import { Outbox } from "./outbox";

/** One server-sent event. */
export interface Frame {
  /** What a client sends back as `Last-Event-ID`; left out for events that are not replayed. */
  readonly id?: string;
  readonly event: string;
  /** Goes out as one line of JSON. */
  readonly data: unknown;
}

const encoder = new TextEncoder();

/** The bytes of an event on the wire. */
export function encodeFrame({ id, event, data }: Frame): Uint8Array {
  const head = id === undefined ? "" : `id: ${id}\n`;
  return encoder.encode(`${head}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

export interface SseOptions {
  /** Clients at the most; one more gets 503. */
  readonly clients: number;
  /** Events that may wait for a client that does not read; with more, it is told and closed after `patience`. */
  readonly queue: number;
  /** Seconds in which a client whose queue is full has to take something; 5 when left out. */
  readonly patience?: number;
  /** Seconds of silence after which a client gets a sign of life. */
  readonly heartbeat: number;
  readonly beat: () => Frame;
  /** The last event of a client that did not keep up. */
  readonly overload: () => Frame;
  /** The last event of everybody when the stream ends. */
  readonly farewell: () => Frame;
}

/** A client of a stream. */
export interface SseClient {
  /** Puts an event in the client's queue. */
  send(frame: Frame | Uint8Array): void;
  /** Ends the stream, after a last event. */
  close(last?: Frame): void;
}

interface Listener extends SseClient {
  readonly wants: (topic: string) => boolean;
  lastSent: number;
}

/** Milliseconds a client waits before it comes back. */
const RETRY = 3000;
/** What a hub's patience is when it says nothing, in seconds. */
const PATIENCE = 5;
/** How often silence is looked for, as a share of the heartbeat. */
const LOOKS = 4;

const hello = encoder.encode(`retry: ${RETRY}\n\n`);

/**
 * A stream of events to many clients. An event is encoded once; each client has a bounded queue, and one that does not keep up
 * is told and closed, never buffered without end. `close` ends all with a last event.
 */
export class SseHub {
  readonly #clients = new Set<Listener>();
  readonly #pulse: Timer;
  /** Clients that hold a connection: those that listen, and those that have not yet taken their last event. */
  #places = 0;
  #closed = false;

  constructor(readonly options: SseOptions) {
    this.#pulse = setInterval(() => this.#beat(), (options.heartbeat * 1000) / LOOKS);
    this.#pulse.unref();
  }

  /** Clients that listen. */
  get size(): number {
    return this.#clients.size;
  }

  /**
   * Opens a stream for a client.
   * @param wants which topics it hears
   * @param greet called at once, to send what came before, however much it is; what is published meanwhile comes after
   */
  open(wants: (topic: string) => boolean = () => true, greet: (client: SseClient) => void = () => {}): Response {
    if (this.#closed || this.#places >= this.options.clients) return tooMany();
    const { outbox, client } = this.#join(wants);
    try {
      greet(client);
    } catch (error) {
      outbox.drop();
      throw error;
    }
    outbox.greeted();
    return new Response(outbox.stream, { headers: streamHeaders });
  }

  /** Sends an event, encoded or not yet, to all who want its topic. */
  publish(frame: Frame | Uint8Array, topic = ""): void {
    if (this.#clients.size === 0) return;
    const bytes = asBytes(frame);
    for (const client of this.#clients) if (client.wants(topic)) client.send(bytes);
  }

  /** Ends every stream with the farewell; later clients get 503. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#pulse);
    for (const client of [...this.#clients]) client.close(this.options.farewell());
  }

  #join(wants: (topic: string) => boolean): { outbox: Outbox; client: Listener } {
    const { queue, patience = PATIENCE, overload } = this.options;
    const ended = () => void this.#clients.delete(client);
    const gone = () => void this.#places--;
    const outbox = new Outbox({ queue, patience, overload: () => encodeFrame(overload()), ended, gone });
    const client: Listener = {
      wants,
      lastSent: Date.now(),
      send: frame => {
        client.lastSent = Date.now();
        outbox.put(asBytes(frame));
      },
      close: last => outbox.end(last && encodeFrame(last)),
    };
    this.#places++;
    this.#clients.add(client);
    outbox.put(hello);
    return { outbox, client };
  }

  #beat(): void {
    const quietSince = Date.now() - this.options.heartbeat * 1000;
    const frame = encodeFrame(this.options.beat());
    for (const client of this.#clients) if (client.lastSent <= quietSince) client.send(frame);
  }
}

const asBytes = (frame: Frame | Uint8Array): Uint8Array => (frame instanceof Uint8Array ? frame : encodeFrame(frame));

const streamHeaders = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache",
  "x-accel-buffering": "no",
};

const tooMany = () =>
  Response.json(
    { detail: "Too many streams are open" },
    { status: 503, headers: { "retry-after": String(RETRY / 1000) } },
  );
