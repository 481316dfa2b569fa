import { type Clock, encodeFrame, type Frame, SseHub } from "hearth";
import { EventLog } from "./event-log";
import type { Settings } from "./settings";
import type { News, Topic } from "./topics";

export interface BroadcastOptions extends Settings {
  readonly clock: Clock;
  /** Called when a client that did not keep up is closed. */
  readonly overloaded: () => void;
}

/** Tells news to all who listen, and what they missed to those who come back. */
export class Broadcast {
  readonly #clock: Clock;
  readonly #log: EventLog;
  readonly #hub: SseHub;

  constructor({ clock, overloaded, maxSubscribers, queueSize, heartbeat, logSize }: BroadcastOptions) {
    this.#clock = clock;
    this.#log = new EventLog(logSize);
    this.#hub = new SseHub({
      clients: maxSubscribers,
      queue: queueSize,
      heartbeat,
      beat: () => ({ id: this.#log.newest, ...this.#system("heartbeat") }),
      overload: () => {
        overloaded();
        return this.#system("system.overload", { detail: "This client did not keep up; come back with Last-Event-ID" });
      },
      farewell: () => this.#system("system.shutdown", { detail: "Hearth is stopping" }),
    });
  }

  /** Gives news a number and a time, and sends it to all who want its topic. */
  tell(news: News): void {
    this.#hub.publish(this.#log.add(news.topic, news.type, this.#payload(news)), news.topic);
  }

  /**
   * Opens a stream.
   * @param topic the one that is wanted, or "*"
   * @param lastId the `Last-Event-ID` of a client that comes back
   */
  open(topic: Topic | "*", lastId: string | undefined): Response {
    const wants = (other: string) => topic === "*" || topic === other;
    return this.#hub.open(wants, client => {
      const before = lastId === undefined ? [] : this.#before(lastId, wants);
      // One piece, so that a long absence does not overrun the queue of a client that has just come back.
      client.send(Buffer.concat([...before.map(encodeFrame), this.#place()]));
    });
  }

  /** Ends every stream with a last event. */
  close(): void {
    this.#hub.close();
  }

  /** What a client hears first that comes back. */
  #before(lastId: string, wants: (topic: string) => boolean): Frame[] {
    const { gap, from, events } = this.#log.after(lastId);
    const missed = events.filter(({ topic }) => wants(topic)).map(({ frame }) => frame);
    const detail = "Some events before the next are not kept; read the current state anew";
    return gap ? [{ id: from, ...this.#system("system.gap", { last_event_id: lastId, detail }) }, ...missed] : missed;
  }

  /** Tells a client where it stands, without an event: should it be cut off before the first, it can still say where. */
  #place(): Uint8Array {
    return new TextEncoder().encode(`id: ${this.#log.newest}\n\n`);
  }

  #system(type: string, more: Readonly<Record<string, unknown>> = {}): Frame {
    return { event: type, data: this.#payload({ type, topic: "system", more }) };
  }

  #payload({ type, topic, path, slug, more }: News): object {
    const timestamp = this.#clock.now().toISOString();
    return { id: crypto.randomUUID(), type, timestamp, topic, path: path ?? null, slug: slug ?? null, ...more };
  }
}
