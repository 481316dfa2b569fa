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

/** A session's events as they go out, each with the number of its line. */
interface Told {
  readonly session: string;
  readonly events: { readonly n: number; readonly bytes: Uint8Array }[];
}

/** The running session for everyone who watches: from its first line on, and without a gap for those who come back. */
export class Live {
  readonly #options: LiveOptions;
  readonly #hub: SseHub;
  #now: (Told & { readonly view: PublicView }) | undefined;
  /** The session that was asked for last: many come back at once, and its log is read for the first of them only. */
  #before: Told | undefined;

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
    this.#now = { session, view: this.#viewOf(session), events: [] };
  }

  /** Passes a line on to the viewers, as far as it is theirs. Answers what of it everyone may see. */
  say(session: string, line: LogLine): LogLine | undefined {
    if (this.#now?.session !== session) return undefined;
    const { view, events } = this.#now;
    const seen = view.seen(line);
    const frame = seen && view.eventOf(seen);
    if (!frame) return undefined;
    const bytes = encodeFrame(frame);
    events.push({ n: line.n, bytes });
    this.#hub.publish(bytes);
    return seen;
  }

  /** A session is over for those who watch; nothing when another one runs. */
  end(session: string): void {
    if (this.#now?.session !== session) return;
    this.#before = this.#now;
    this.#now = undefined;
  }

  /** Opens a stream. @param lastId the `Last-Event-ID` of a client that comes back */
  open(lastId: string | undefined): Response {
    return this.#hub.open(undefined, client => {
      const missed = this.#missed(lastId);
      // One piece, so that a long session does not overrun the queue of a client that has just come.
      if (missed.length > 0) client.send(Buffer.concat(missed));
    });
  }

  close(): void {
    this.#hub.close();
  }

  get viewers(): number {
    return this.#hub.size;
  }

  /** What a client has to hear before the present: the running session so far; for one that comes back, what it missed. */
  #missed(lastId: string | undefined): Uint8Array[] {
    const now = this.#now;
    if (lastId === undefined) return after(now, 0);
    const [session, n] = splitId(lastId);
    if (session !== undefined && session === now?.session) return after(now, n);
    const rest = session && this.#options.wasLive(session) ? after(this.#past(session), n) : [encodeFrame(gap(lastId))];
    return [...rest, ...after(now, 0)];
  }

  /** A session that is over, read from its log unless it was the last one that was asked for. */
  #past(session: string): Told {
    if (this.#before?.session === session) return this.#before;
    const view = this.#viewOf(session);
    const events = logSoFar(this.#options.logPath(session)).flatMap(line => {
      const frame = view.show(line);
      return frame ? [{ n: line.n, bytes: encodeFrame(frame) }] : [];
    });
    this.#before = { session, events };
    return this.#before;
  }

  #viewOf(session: string): PublicView {
    return new PublicView({ ...this.#options.view, session });
  }
}

/** The events after a line. */
const after = (told: Told | undefined, n: number): Uint8Array[] =>
  told?.events.filter(event => event.n > n).map(({ bytes }) => bytes) ?? [];

const gap = (lastId: string): Frame => ({
  event: "system.gap",
  data: { last_event_id: lastId, detail: "What came after this event is not kept; read the current state anew" },
});

function splitId(id: string): [session: string | undefined, n: number] {
  const found = /^(\d{8}-\d{6}-\d{3})\.(\d+)$/.exec(id);
  return [found?.[1], Number(found?.[2] ?? 0)];
}
