import type { Activity } from "./activity";
import { HearthError, messageOf } from "./errors";
import type { Logger } from "./log";
import type { Event } from "./tokens";

interface Listener {
  readonly by: string;
  readonly listen: (payload: any) => unknown;
}

/** Tells events to whoever listens. One listener's fault never reaches the next, nor the one who tells. */
export class Bus {
  readonly #listeners = new Map<string, Set<Listener>>();

  constructor(
    readonly activity: Activity,
    readonly log: (plugin: string) => Logger,
  ) {}

  /** Adds a listener; answers how to take it away. */
  on<T>(by: string, event: Event<T>, listen: (payload: T) => unknown): () => void {
    const listeners = this.#listeners.get(event.id) ?? new Set();
    this.#listeners.set(event.id, listeners);
    const held = { by, listen };
    listeners.add(held);
    return () => listeners.delete(held);
  }

  /** Checks the payload and calls every listener. @throws HearthError EVENT when the payload does not fit */
  emit<T>(by: string, event: Event<T>, payload: T): void {
    const read = event.schema.safeParse(payload);
    if (!read.success) throw new HearthError("EVENT", `${event.id}, told by ${by}: ${read.error.message}`);
    for (const listener of this.#listeners.get(event.id) ?? []) this.#tell(listener, event.id, read.data);
  }

  /** The ids of the events that a plugin hears. */
  listenersOf(plugin: string): string[] {
    return [...this.#listeners].filter(([, held]) => [...held].some(({ by }) => by === plugin)).map(([event]) => event);
  }

  #tell({ by, listen }: Listener, event: string, payload: unknown): void {
    const failed = (error: unknown) => this.log(by).error("a listener failed", { event, error: messageOf(error) });
    try {
      const answer = listen(payload);
      if (answer instanceof Promise) this.activity.track(by, `listener of ${event}`, answer).catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}
