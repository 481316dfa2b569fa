import { service } from "./tokens";

/** The time, and a way to be rung. Everything in Hearth that knows the time of day asks this. */
export interface Clock {
  now(): Date;
  /** Rings once when the clock reads `when` or later; answers how to call it off. */
  at(when: Date, ring: () => void): () => void;
}
export const Clock = service<Clock>("hearth.clock");
