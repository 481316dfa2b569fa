/** Something that a plugin is doing right now. */
interface Work {
  readonly what: string;
  readonly since: number;
  readonly over: Promise<unknown>;
}

/** Who is doing what at the moment: running hooks, listeners, schedules, sessions. Stopping waits for it, and names what did not end. */
export class Activity {
  readonly #running = new Map<string, Set<Work>>();

  /** Notes work until it settles, and passes its outcome on. */
  track<T>(by: string, what: string, over: Promise<T>): Promise<T> {
    const works = this.#running.get(by) ?? new Set();
    this.#running.set(by, works);
    const work = { what, since: Date.now(), over };
    works.add(work);
    const forget = () => works.delete(work);
    over.then(forget, forget);
    return over;
  }

  /** What these plugins are still doing: "hook git, 12 s". */
  running(plugins: readonly string[]): string[] {
    return plugins.flatMap(by =>
      [...(this.#running.get(by) ?? [])].map(
        ({ what, since }) => `${by}: ${what}, ${Math.round((Date.now() - since) / 1000)} s`,
      ),
    );
  }

  /** Waits until these plugins have nothing running, `seconds` at the most. Answers what is still running then. */
  async rest(plugins: readonly string[], seconds: number): Promise<string[]> {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const open = plugins.flatMap(by => [...(this.#running.get(by) ?? [])].map(work => work.over));
      const left = deadline - Date.now();
      if (open.length === 0 || left <= 0) return this.running(plugins);
      await settledWithin(Promise.allSettled(open), left);
    }
  }
}

/** Waits for a promise, `ms` milliseconds at the most; answers whether it settled in time. Never throws. */
export async function settledWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: Timer | undefined;
  const late = new Promise<boolean>(resolve => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const settled = promise.then(
    () => true,
    () => true,
  );
  return Promise.race([settled, late]).finally(() => clearTimeout(timer));
}
