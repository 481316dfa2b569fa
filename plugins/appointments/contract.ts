import { service } from "hearth";

/** How much an impulse presses, the most first. */
export const urgencies = ["high", "medium", "low"] as const;
/** How much an impulse presses. */
export type Urgency = (typeof urgencies)[number];

/** Something that the agent wants to do some time. */
export interface Impulse {
  /** On one line. */
  readonly body: string;
  readonly urgency: Urgency;
  /** Milliseconds since 1970; absent when nobody can tell. */
  readonly createdAt?: number;
  readonly expiresAt: number;
}

/** What the agent wants to do some time. */
export interface Impulses {
  /**
   * Those that wait at a time, the strongest first; of equals the oldest. Nothing when the agent has never had any. Changes nothing.
   * @param note tells people what was passed over
   */
  pending(now: Date, note: (text: string) => void): Promise<readonly Impulse[] | undefined>;
}
/** What the agent wants to do some time, as a service. */
export const Impulses = service<Impulses>("appointments.impulses");
