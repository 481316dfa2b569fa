import type { z } from "zod";

/** Carries a token's type for the compiler; there is never a value. */
declare const type: unique symbol;

/** Something one plugin provides and others call. Two tokens with one id are the same token, also across copies of this package. */
export interface Service<T> {
  readonly kind: "service";
  readonly id: string;
  readonly key: symbol;
  readonly [type]?: (value: T) => T;
}

/** A place where many plugins put items that one reads. */
export interface Slot<T> {
  readonly kind: "slot";
  readonly id: string;
  readonly check?: SlotCheck;
  readonly [type]?: (value: T) => T;
}

/** An item of a slot, and the id of the plugin that put it there. */
export interface Held<T = unknown> {
  readonly by: string;
  readonly item: T;
}

/** Throws when the last item does not go with those before it. Sees who brought which. */
export type SlotCheck = (held: readonly Held<any>[]) => void;

/** Something that happened. The schema says what a payload is, and strips what it does not name. */
export interface Event<T> {
  readonly kind: "event";
  readonly id: string;
  readonly schema: z.ZodType<T>;
}

/** A slot of hooks that run as a graph. */
export interface Pipeline<T> extends Slot<Hook<T>> {
  readonly pipeline: true;
}

/** One piece of work in a pipeline. The kernel orders, times, limits and reports it; a hook is its work and nothing else. */
export interface Hook<T> {
  /** Unique in its pipeline. By custom the plugin `hook-mood` adds the hook `mood`. */
  readonly id: string;
  /** Hooks that must have succeeded. When one failed, was skipped or is not there, this hook is skipped and says why. */
  readonly needs?: readonly string[];
  /** Hooks that only have to be over, if they are there at all. */
  readonly after?: readonly string[];
  /** Seconds one attempt may take; the signal is aborted then, and the attempt has failed. The pipeline's own limit when left out. */
  readonly limit?: number;
  /** How often a failed attempt is tried again; 0 when left out. */
  readonly retries?: number;
  /** Answers why this hook has nothing to do with this input (it is skipped, and nobody minds), or nothing. */
  readonly unless?: (input: T) => string | undefined;
  /** Does the work. What it returns is a note for people, kept in the report. */
  run(input: T, signal: AbortSignal): Promise<string | void> | string | void;
}

/** Makes the token of a service. @param id unique; begins with the name of who provides it */
export const service = <T>(id: string): Service<T> => ({ kind: "service", id, key: Symbol.for(`hearth:${id}`) });

/** Makes a slot. @param check refuses an item by throwing */
export const slot = <T>(id: string, check?: SlotCheck): Slot<T> => ({ kind: "slot", id, ...(check && { check }) });

/** Makes an event. @param schema of its payload */
export const event = <S extends z.ZodType>(id: string, schema: S): Event<z.output<S>> => ({
  kind: "event",
  id,
  schema: schema as never,
});
