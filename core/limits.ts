/** How long things may take, in seconds. */
export interface Limits {
  /** That a plugin's setup may take. */
  readonly setup: number;
  /** That running work gets to end at a stop. */
  readonly stop: number;
  /** That work which was cut off after that gets to end. */
  readonly cut: number;
  /** That a hook may take when it names no limit. */
  readonly hook: number;
}
/** What the config file says when it says nothing; in seconds. */
export const defaultLimits: Limits = { setup: 30, stop: 30, cut: 10, hook: 120 };
