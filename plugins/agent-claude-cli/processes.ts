import { hasEnvironment, hasProc, livingProcesses, ownLine, type SystemProcess } from "./system-processes";

/** What makes a process one of ours. */
export interface Quarry {
  /** The leader of a process group: with it everyone in its group and its session, and all that descend from them. */
  readonly leader?: number;
  /** A process with which all the others die at once: it is not asked to terminate, so that they can. */
  readonly keeper?: number | undefined;
  /** Variables that everyone it started carries, also those who left the group. */
  readonly marks: Readonly<Record<string, string>>;
}

/** Seconds. */
export interface Graces {
  /** From TERM until KILL. */
  readonly terminate: number;
  /** From KILL until we give up: a process that waits for a dead disk cannot be killed. */
  readonly kill: number;
}

const LOOK_AGAIN_MS = 25;

/** All that a run started, wherever it went: found anew at each look, and those once seen are known for good. */
export class ProcessTree {
  readonly #seen = new Map<number, string>();

  constructor(readonly quarry: Quarry) {}

  /** Who lives now, as targets for a signal. Without /proc that is the group, if it lives. */
  living(): number[] {
    if (!hasProc) return this.#groupLives() ? [-this.quarry.leader!] : [];
    const all = livingProcesses();
    const found = this.#ours(all);
    for (const { pid, began } of found) this.#seen.set(pid, began);
    return found.map(({ pid }) => pid);
  }

  /** Sends a signal to everyone who lives. */
  signal(name: NodeJS.Signals): void {
    const spared = name === "SIGKILL" ? undefined : this.quarry.keeper;
    for (const target of this.living()) if (target !== spared) send(target, name);
  }

  /** Whether everyone is dead within so many seconds. */
  async gone(seconds: number): Promise<boolean> {
    for (const until = performance.now() + seconds * 1000; ; await Bun.sleep(LOOK_AGAIN_MS)) {
      if (this.living().length === 0) return true;
      if (performance.now() > until) return false;
    }
  }

  /** TERM, then KILL until nobody is left. Answers who lives on all the same. */
  async end({ terminate, kill }: Graces): Promise<number[]> {
    this.signal("SIGTERM");
    if (await this.gone(terminate)) return [];
    for (const until = performance.now() + kill * 1000; performance.now() < until; ) {
      this.signal("SIGKILL");
      if (await this.gone(0.2)) return []; // Whoever was started between look and signal is met at the next look.
    }
    return this.living();
  }

  #ours(all: readonly SystemProcess[]): SystemProcess[] {
    const { leader, marks } = this.quarry;
    const ours = new Set<number>();
    for (const { pid, group, session, began } of all)
      if (pid === leader || group === leader || session === leader || this.#seen.get(pid) === began) ours.add(pid);
    for (const { pid } of all) if (!ours.has(pid) && hasEnvironment(pid, marks)) ours.add(pid);
    for (const pid of ownLine()) ours.delete(pid); // Hearth itself may have been started from within a session.
    addDescendants(all, ours);
    return all.filter(({ pid }) => ours.has(pid));
  }

  #groupLives(): boolean {
    const { leader } = this.quarry;
    return leader !== undefined && send(-leader, 0);
  }
}

/** Adds the children of those in the set, and theirs. */
function addDescendants(all: readonly SystemProcess[], ours: Set<number>): void {
  for (let before = -1; before !== ours.size; ) {
    before = ours.size;
    for (const { pid, parent } of all) if (ours.has(parent)) ours.add(pid);
  }
}

/** Whether there was somebody to send it to. */
export function send(target: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(target, signal);
    return true;
  } catch {
    return false;
  }
}
