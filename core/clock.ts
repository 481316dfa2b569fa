import { service } from "./tokens";

/** The time, and a way to be rung. Everything in Hearth that knows the time of day asks this. */
export interface Clock {
  now(): Date;
  /** Rings once when the clock reads `when` or later; answers how to call it off. */
  at(when: Date, ring: () => void): () => void;
}
/** The clock that the house goes by, as a service of the kernel. */
export const Clock = service<Clock>("hearth.clock");

/** The longest sleep in ms: a wall clock that was set forward (or a machine that slept) is noticed after that at the latest. */
const LONGEST_NAP = 15_000;

/** The machine's clock, moved by `shift` milliseconds. */
export const wallClock = (shift = 0): Clock => {
  const now = () => new Date(Date.now() + shift);
  return {
    now,
    at(when, ring) {
      let timer: Timer;
      const nap = () => {
        const left = when.getTime() - now().getTime();
        if (left <= 0) return ring();
        timer = setTimeout(nap, Math.min(left, LONGEST_NAP));
      };
      timer = setTimeout(nap, Math.min(Math.max(0, when.getTime() - now().getTime()), LONGEST_NAP));
      return () => clearTimeout(timer);
    },
  };
};
