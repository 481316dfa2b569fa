import { type Clock, encodeFrame, type Frame, SseHub } from "hearth";
import type { LogLine } from "./contract";
import { logSoFar } from "./log-writer";
import { PublicView, type ViewOptions } from "./public-view";

export interface LiveOptions {
  readonly clock: Clock;
  /** Seconds. */
  readonly heartbeat: number;
  readonly clients: number;
  readonly view: Omit<ViewOptions, "session">;
  /** Path of a session's log. */
  readonly logPath: (session: string) => string;
  /** Whether everyone may watch a session of the past. */
  readonly wasLive: (session: string) => boolean;
}

/** Events that may wait for one viewer. */
const QUEUE = 1000;

/** The running session for everyone who watches: from its first line on, and without a gap for those who come back. */
export class Live {
  readonly #options: LiveOptions;
  readonly #hub: SseHub;
  #now: { readonly session: string; readonly view: PublicView } | undefined;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#hub = new SseHub({
      clients: options.clients,
      queue: QUEUE,
      heartbeat: options.heartbeat,
      beat: () => ({ event: "heartbeat", data: { ts: Math.floor(options.clock.now().getTime() / 1000) } }),
      overload: () => ({
        event: "system.overload",
        data: { detail: "This client did not keep up; come back with Last-Event-ID" },
      }),
      farewell: () => ({ event: "system.shutdown", data: { detail: "Hearth is stopping" } }),
    });
  }

  /** A session that everyone may watch begins. */
  begin(session: string): void {
    this.#now = { session, view: this.#viewOf(session) };
  }

  /** Passes a line on to the viewers, as far as it is theirs. */
  say(session: string, line: LogLine): void {
    const frame = this.#now?.session === session ? this.#now.view.show(line) : undefined;
    if (frame) this.#hub.publish(frame);
  }

  end(): void {
    this.#now = undefined;
  }

  /** Opens a stream. @param lastId the `Last-Event-ID` of a client that comes back */
  open(lastId: string | undefined): Response {
    return this.#hub.open(undefined, client => {
      const before = this.#before(lastId);
      // One piece, so that a long session does not overrun the queue of a client that has just come.
      if (before.length > 0) client.send(Buffer.concat(before.map(encodeFrame)));
    });
  }

  close(): void {
    this.#hub.close();
  }

  get viewers(): number {
    return this.#hub.size;
  }

  /** What a client has to hear before the present: the running session so far; for one that comes back, what it missed. */
  #before(lastId: string | undefined): Frame[] {
    const now = this.#now?.session;
    if (lastId === undefined) return now ? this.#past(now, 0) : [];
    const [session, n] = splitId(lastId);
    if (session === now) return this.#past(session!, n);
    const rest = session && this.#options.wasLive(session) ? this.#past(session, n) : [gap(lastId)];
    return now ? [...rest, ...this.#past(now, 0)] : rest;
  }

  /** The events of a session after its line `n`. */
  #past(session: string, n: number): Frame[] {
    const view = this.#viewOf(session);
    return logSoFar(this.#options.logPath(session)).flatMap(line => {
      const frame = view.show(line);
      return frame && line.n > n ? [frame] : [];
    });
  }

  #viewOf(session: string): PublicView {
    return new PublicView({ ...this.#options.view, session });
  }
}

const gap = (lastId: string): Frame => ({
  event: "system.gap",
  data: { last_event_id: lastId, detail: "What came after this event is not kept; read the current state anew" },
});

function splitId(id: string): [session: string | undefined, n: number] {
  const found = /^(\d{8}-\d{6}-\d{3})\.(\d+)$/.exec(id);
  return [found?.[1], Number(found?.[2] ?? 0)];
}
