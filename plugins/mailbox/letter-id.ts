/** Who writes: the person, or the agent. */
export type Side = "u" | "c";

/** `msg_20261121_u_003` */
export const letterId = (day: string, side: Side, number: number): string =>
  `msg_${day}_${side}_${String(number).padStart(3, "0")}`;

/** The largest numbers that were given out, by day and side. */
export class Numbers {
  readonly #largest = new Map<string, number>();

  /** Takes note of an id. One that is not of our make counts for nothing. */
  note(id: string): void {
    const [, key, digits] = /^msg_(\d{8}_[uc])_(\d{1,9})(?!\d)/.exec(id) ?? [];
    if (key && digits) this.#largest.set(key, Math.max(Number(digits), this.#largest.get(key) ?? 0));
  }

  /** The largest of a day and side; 0 when there is none. */
  of(day: string, side: Side): number {
    return this.#largest.get(`${day}_${side}`) ?? 0;
  }
}
