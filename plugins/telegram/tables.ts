import type { Errands } from "./errands";
import type { Messages } from "./messages";
import type { Outbox } from "./outbox";
import type { Talks } from "./talks";

/** What was said, who serves it, and what is answered: on disk, in one database. */
export interface Tables {
  readonly messages: Messages;
  readonly errands: Errands;
  readonly talks: Talks;
  readonly outbox: Outbox;
}
