import { uniqueIds } from "./slots";
import { slot } from "./tokens";

/** Something that must be well for Hearth to be ready. */
export interface Check {
  readonly id: string;
  /** Answers what is wrong, for people; nothing when all is well. Must change nothing. */
  run(): Promise<string | undefined> | string | undefined;
}
/** What `GET /health/ready` asks. */
export const Checks = slot<Check>("kernel.checks", uniqueIds("check"));
