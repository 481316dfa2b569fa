import type { z } from "zod";
import type { Logger } from "./log";
import type { Report, RunOptions } from "./pipeline";
import type { Event, Pipeline, Service, Slot } from "./tokens";

/** The version of what this package promises to plugins. A plugin's `api` is a range that must hold it. */
export const API_VERSION = "1.0.0";

/** The services that a header asks for, under the names by which `setup` gets them. */
export type Requires = Readonly<Record<string, Service<any>>>;
/** What `setup` gets for them, typed. */
export type Deps<R extends Requires> = { readonly [K in keyof R]: R[K] extends Service<infer T> ? T : never };
/** Takes back what was done; may be asynchronous. */
export type Undo = () => unknown;

/** A plugin's only way into the kernel. What was done through it is undone, in reverse, when the plugin stops. */
export interface Context<C = unknown> {
  readonly id: string;
  /** The plugin's table of the config file, checked by its schema. */
  readonly config: C;
  readonly log: Logger;
  /** Aborted the moment the plugin is asked to stop: begin nothing new. */
  readonly signal: AbortSignal;
  /** Aborted when the time for a stop is up: end what still runs, now. */
  readonly cut: AbortSignal;
  /** What is in a slot now. */
  items<T>(slot: Slot<T>): readonly T[];

  /** Be the one provider of a service. */
  provide<T>(service: Service<T>, value: NoInfer<T>): void;
  /** Put an item in a slot: a route, a hook, a schedule, a command… Throws when the slot refuses it. */
  add<T>(slot: Slot<T>, item: NoInfer<T>): void;
  /** Hear an event. What a listener throws is reported under this plugin's name and touches nobody else. */
  on<T>(event: Event<T>, listen: (payload: T) => unknown): void;
  /** Tell an event to whoever listens. Returns at once; throws when the payload does not fit the event's schema. */
  emit<T>(event: Event<T>, payload: NoInfer<T>): void;
  /** Run a pipeline to its end. Never throws: the report says what failed. */
  run<T>(pipeline: Pipeline<T>, input: NoInfer<T>, options?: RunOptions): Promise<Report>;
  /** Build a class from this plugin's container: its required services, its `Log`, its `Config`. */
  make<T>(Class: new (...args: any[]) => T): T;
  /** Names work that goes on by itself, so that a stop waits for it. Hooks, listeners, schedules and requests are known without this. Answers the same promise. */
  track<T>(what: string, work: Promise<T>): Promise<T>;
  /** Undo something when the plugin stops. Last in, first out. Throws once the plugin is stopping. */
  own(undo: Undo): void;
}

/** A header that says what a plugin is, and a `setup` that does it. */
export interface Plugin<C = any, R extends Requires = any> {
  /** Its folder, its key in the config file, its name in the log. */
  readonly id: string;
  /** One line for people. */
  readonly summary: string;
  /** The range of API versions it works with, as in package.json: "^1.0". */
  readonly api?: string;
  /** Its settings; a strict object, with a default wherever one is sensible. */
  readonly config?: z.ZodType<C>;
  /** Environment variables that win over a setting: the setting's key, and how to read the text. */
  readonly env?: Readonly<Record<string, readonly [key: string, read: (text: string) => unknown]>>;
  readonly requires?: R;
  readonly provides?: readonly Service<any>[];
  setup(ctx: Context<C>, deps: Deps<R>): Promise<void> | void;
}

/** Gives `setup` its types. Nothing runs here. */
export const definePlugin = <S extends z.ZodType = z.ZodType<unknown>, const R extends Requires = {}>(plugin: {
  id: string;
  summary: string;
  api?: string;
  config?: S;
  env?: Plugin["env"];
  requires?: R;
  provides?: readonly Service<any>[];
  setup(ctx: Context<z.output<S>>, deps: Deps<R>): Promise<void> | void;
}): Plugin<z.output<S>, R> => plugin as never;
