/** Every error the kernel throws on purpose: a stable code, and what it says to people. */
const texts = {
  CYCLE: "these wait for each other",
  MISSING: "something needed is not there",
  TWICE: "two plugins claim the same thing",
  UNKEPT: "a plugin did not do what its header says",
  CONFIG: "the configuration does not fit",
  API: "the plugin is made for another version of Hearth",
  STOPPED: "the plugin has stopped",
  LATE: "it took too long",
  OUTSIDE: "the path leads out of its folder",
  TEMPLATE: "the template does not fit",
  HELD: "another Hearth has this state folder",
  LIVED_IN: "another Hearth lives in this home",
  EVENT: "the payload does not fit its event",
  MIGRATION: "the database could not be brought up to date",
} as const;

export type ErrorCode = keyof typeof texts;
/** Every code there is. */
export const errorCodes = Object.keys(texts) as ErrorCode[];

/** An error of the kernel. The message says what is wrong, whose it is and what to do; the code is for programs. */
export class HearthError extends Error {
  constructor(
    readonly code: ErrorCode,
    detail: string,
    cause?: unknown,
  ) {
    super(`${texts[code]}: ${detail}`, cause === undefined ? undefined : { cause });
    this.name = "HearthError";
  }
}

/** What an error says, whatever was thrown. */
export function messageOf(error: unknown): string {
  if (error instanceof SuppressedError) return `${messageOf(error.suppressed)}; and then: ${messageOf(error.error)}`;
  return error instanceof Error ? error.message : String(error);
}
