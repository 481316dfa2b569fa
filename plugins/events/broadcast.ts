import { type Clock, type Frame, type SseClient, SseHub } from "hearth";
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

  constructor({ clock, overloaded, maxSubscribers, queueSize, patience, heartbeat, logSize }: BroadcastOptions) {
    this.#clock = clock;
    this.#log = new EventLog(logSize);
    this.#hub = new SseHub({
      clients: maxSubscribers,
      queue: queueSize,
      patience,
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
      if (lastId !== undefined) this.#retell(client, lastId, wants);
      client.send(this.#place());
    });
  }

  /** Ends every stream with a last event. */
  close(): void {
    this.#hub.close();
  }

  /** What a client hears first that comes back. */
  #retell(client: SseClient, lastId: string, wants: (topic: string) => boolean): void {
    const { gap, from, events } = this.#log.after(lastId);
    const detail = "Some events before the next are not kept; read the current state anew";
    if (gap) client.send({ id: from, ...this.#system("system.gap", { last_event_id: lastId, detail }) });
    for (const { topic, bytes } of events) if (wants(topic)) client.send(bytes);
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
