import { uniqueIds } from "./slots";
import { slot } from "./tokens";

/** Whether something that protects the house is there: as it should be, less than it could be, or not at all. */
export type WallState = "ok" | "weak" | "missing";

/** How a wall stands at this moment. */
export interface WallLook {
  readonly state: WallState;
  /** What is so, and what that means, for people. Holds no secret. */
  readonly what: string;
  /** What to do about it; only where it does not stand as it should. */
  readonly todo?: string;
}

/** Something that stands between the agent, strangers or bad luck, and what they could do to the house. */
export interface Wall {
  /** In a word or two: "git-remote". */
  readonly id: string;
  /** Changes nothing, and takes seconds at the most. */
  look(): Promise<WallLook> | WallLook;
}
/** What `hearth doctor` looks at. */
export const Walls = slot<Wall>("kernel.walls", uniqueIds("wall"));
