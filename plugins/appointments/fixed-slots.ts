import type { Sessions, WakeSlot } from "hearth-plugins/sessions";
import { MINUTE } from "./minutes";

/** The times at which sessions wake by themselves, and the distance that is kept from them. */
export class FixedSlots {
  /** @param distance minutes */
  constructor(
    readonly sessions: Pick<Sessions, "slots">,
    readonly distance: number,
  ) {}

  /** The slot that a time is too near to; nothing when it is clear of all. Just the distance is far enough. */
  near(at: Date): WakeSlot | undefined {
    const reach = this.distance * MINUTE;
    const slots = this.sessions.slots(new Date(at.getTime() - reach), new Date(at.getTime() + reach - 1));
    return nearest(slots, at);
  }

  /** The nearest clear times before and after one that is not. */
  around(at: Date): readonly [before: Date | undefined, after: Date | undefined] {
    return [this.#clear(at, -1), this.#clear(at, 1)];
  }

  /** The first clear time from one on; itself when there is none within a few slots. */
  clearFrom(at: Date): Date {
    return this.near(at) ? (this.#clear(at, 1) ?? at) : at;
  }

  #clear(at: Date, direction: 1 | -1): Date | undefined {
    let time = at;
    for (let tries = 0; tries < 12; tries++) {
      const slot = this.near(time);
      if (!slot) return time;
      time = new Date(slot.at.getTime() + direction * this.distance * MINUTE);
    }
    return undefined;
  }
}

const nearest = (slots: readonly WakeSlot[], at: Date): WakeSlot | undefined =>
  slots.toSorted((a, b) => away(a, at) - away(b, at))[0];

const away = (slot: WakeSlot, at: Date): number => Math.abs(slot.at.getTime() - at.getTime());
