/** A minute in ms. */
export const MINUTE = 60_000;
/** A day of 24 hours in ms. */
export const DAY = 86_400_000;
