import { encodeFrame } from "hearth";
import type { Topic } from "./topics";

/** An event that can be told again. */
export interface Kept {
  readonly topic: Topic;
  /** As it goes out; all clients share it. */
  readonly bytes: Uint8Array;
}

/** What a client missed that comes back. */
export interface Missed {
  /** Whether some of it is not kept any more, or it cannot be known what. */
  readonly gap: boolean;
  /** The id before the first event that is told again. */
  readonly from: string;
  readonly events: readonly Kept[];
}

/** The newest events, numbered without gaps. Ids belong to one life of the log: `<life>-<number>`. */
export class EventLog {
  readonly #life = crypto.randomUUID().slice(0, 8);
  readonly #kept: Kept[] = [];
  #count = 0;

  constructor(
    /** Events that are kept. */
    readonly size: number,
  ) {}

  /** The id of the newest event; number 0 before the first. */
  get newest(): string {
    return this.#id(this.#count);
  }

  /** Gives an event its id and keeps it. Answers what goes out. */
  add(topic: Topic, event: string, data: unknown): Uint8Array {
    this.#count++;
    const bytes = encodeFrame({ id: this.newest, event, data });
    this.#kept.push({ topic, bytes });
    if (this.#kept.length > this.size) this.#kept.shift();
    return bytes;
  }

  /** What came after an id. After one that is too old or unknown: all that is kept, with a gap before it. */
  after(id: string): Missed {
    const oldest = this.#count - this.#kept.length;
    const number = this.#numberOf(id);
    if (number === undefined || number < oldest) return { gap: true, from: this.#id(oldest), events: this.#kept };
    return { gap: false, from: id, events: this.#kept.slice(number - oldest) };
  }

  #id(number: number): string {
    return `${this.#life}-${number}`;
  }

  /** The number in an id of this log; nothing for any other. */
  #numberOf(id: string): number | undefined {
    const number = Number(/^\d{1,15}$/.exec(id.slice(this.#life.length + 1))?.[0]);
    return number <= this.#count && id === this.#id(number) ? number : undefined;
  }
}
