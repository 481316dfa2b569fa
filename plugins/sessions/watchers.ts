import { isOver, type LogLine, type SessionState } from "./contract";

interface Watcher {
  readonly id: string;
  readonly line: (line: LogLine) => void;
  readonly ended: () => void;
  /** The sessions are turned off, and nobody will hear of this one here. */
  readonly gone: () => void;
}

/** Those inside the house who wait for a session: for its lines, and for its end. */
export class Watchers {
  readonly #watchers = new Set<Watcher>();

  /** Hears a session's lines from now on; `ended` or `gone` is called once. Answers how to stop that. */
  add(watcher: Watcher): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  close(): void {
    for (const watcher of this.#watchers) watcher.gone();
    this.#watchers.clear();
  }

  said(id: string, line: LogLine): void {
    for (const watcher of this.#watchers) if (watcher.id === id) watcher.line(line);
  }

  moved(id: string, state: SessionState): void {
    if (!isOver(state)) return;
    for (const watcher of this.#watchers)
      if (watcher.id === id) {
        this.#watchers.delete(watcher);
        watcher.ended();
      }
  }
}
