import { uniqueIds } from "./slots";
import { slot } from "./tokens";

/** Something in the home that cannot be used as it is: a page that nobody can read, a file of settings in disorder. */
export interface Ailment {
  /** Relative to the home, with "/". */
  readonly path: string;
  /** What is wrong, for people: "line 3: the front matter is never closed". */
  readonly problem: string;
  /** When it was first seen, ISO. */
  readonly since: string;
}

/** Who knows what is wrong. */
export interface AilmentSource {
  readonly id: string;
  list(): readonly Ailment[];
}
/** What `GET /system/problems` tells. */
export const Ailments = slot<AilmentSource>("kernel.ailments", uniqueIds("source of ailments"));
