import { isDeepStrictEqual } from "node:util";
import { settledWithin } from "./activity";
import { HearthError } from "./errors";
import type { Plugin } from "./plugin";
import type { Service } from "./tokens";

/** Where a plugin stands. */
export type State = "off" | "waiting" | "starting" | "active" | "stopping" | "failed";

/** A plugin as the configuration names it, its settings checked. */
export interface Entry {
  readonly plugin: Plugin;
  /** What the plugin's schema made of its table. */
  readonly config?: unknown;
  readonly enabled?: boolean;
  readonly critical?: boolean;
  /** The plugin's folder: its migrations and templates. */
  readonly folder?: string;
  /** Where it came from: "bundled", a folder or a package. */
  readonly from?: string;
}

/** A plugin in the kernel: its entry, its state, and what it owns while it runs. */
export class Unit {
  state: State = "off";
  error?: unknown;
  /** Milliseconds that its setup took. */
  ms?: number;
  /** What is undone when it stops. */
  owned = new AsyncDisposableStack();
  /** Aborted when it is asked to stop: no new work. */
  asked = new AbortController();
  /** Aborted when its running work is cut off. */
  cut = new AbortController();

  constructor(public entry: Entry) {}

  get id(): string {
    return this.entry.plugin.id;
  }
  get requires(): readonly (readonly [name: string, token: Service<unknown>])[] {
    return Object.entries((this.entry.plugin.requires ?? {}) as Record<string, Service<unknown>>);
  }
  get provides(): readonly Service<unknown>[] {
    return this.entry.plugin.provides ?? [];
  }
  get enabled(): boolean {
    return this.entry.enabled ?? true;
  }
  /** Nothing may start without it, and it is not there. */
  get isLost(): boolean {
    return this.entry.critical === true && this.enabled && this.state !== "active";
  }

  /** Undoes something when the plugin stops; what takes longer than `seconds` is an error, and left behind. */
  own(undo: () => unknown, seconds: number): void {
    this.owned.defer(async () => {
      const undoing = (async () => undo())();
      if (!(await settledWithin(undoing, seconds * 1000)))
        throw new HearthError("LATE", `undoing something took more than ${seconds} s`);
      await undoing;
    });
  }

  askToStop(): void {
    this.state = "stopping";
    this.asked.abort(new HearthError("STOPPED", this.id));
  }

  cutOff(): void {
    this.asked.abort(new HearthError("STOPPED", this.id));
    this.cut.abort(new HearthError("STOPPED", this.id));
  }

  /** A new life: nothing owned, nothing aborted, no error. */
  begin(): void {
    this.owned = new AsyncDisposableStack();
    this.asked = new AbortController();
    this.cut = new AbortController();
    delete this.error;
    delete this.ms;
    this.state = "starting";
  }
}

/** Whether a plugin may run on under the new entry. */
export const sameEntry = (a: Entry, b: Entry | undefined): boolean =>
  b !== undefined &&
  a.plugin === b.plugin &&
  (a.enabled ?? true) === (b.enabled ?? true) &&
  isDeepStrictEqual(a.config, b.config);
