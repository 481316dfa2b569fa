import { service } from "hearth";
import type { MemoryAnswer, Pair } from "hearth-plugins/memory";

/** A pair that was told, and when. */
export interface Resonance extends Pair {
  /** `YYYY-MM-DD` in the house's zone. */
  readonly day: string;
}

/** Passages of different works that say something alike. Nothing that a person told in confidence is among them. */
export interface Resonances {
  /** Those of this day so far, nearest first. */
  today(): Promise<readonly Resonance[]>;
  /** Those that were told on a day (`YYYY-MM-DD`) and whose passages are still there, nearest first. */
  ofDay(day: string): Promise<readonly Resonance[]>;
  /** The passages nearest to those of a file, whether they were told or not, of works of its own type, too; at most 10. */
  for(path: string): Promise<readonly Pair[]>;
  /** The passages nearest to a text; at most 10. */
  passage(text: string): Promise<MemoryAnswer>;
}
export const Resonances = service<Resonances>("hook-resonance");
