import { type Clock, HttpError, type Logger, messageOf } from "hearth";
import type { Commits } from "./commits";
import type { Courier, MailMoved } from "./contract";
import type { MailTable } from "./mail-table";
import type { Trust } from "./policy";
import type { Settings } from "./settings";

/** What everyone works with through whose hands mail goes. */
export interface Counter {
  readonly table: MailTable;
  readonly commits: Commits;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Logger;
  /** Those of the moment. */
  couriers(): readonly Courier[];
  /** Tells that mail was moved. */
  moved(news: MailMoved): void;
  /** Has mail of a type lead to a session. */
  arrived(type: Courier["wakes"]): void;
}

/** Who brings mail of a kind. @throws HttpError 503 when its plugin is off */
export function courierOf({ couriers }: Counter, kind: string): Courier {
  const courier = couriers().find(({ id }) => id === kind);
  if (courier) return courier;
  throw new HttpError(503, `Nobody brings mail of the kind "${kind}" at the moment`, { "retry-after": "60" });
}

/** Which policies hold for mail of a kind. Of whom nobody says anything, we think as of strangers. */
export const trustOf = ({ couriers }: Counter, kind: string): Trust =>
  couriers().find(({ id }) => id === kind)?.trust ?? "strangers";

/** Tells of mail that is in its place and written down, and orders its wake. Never throws: what was taken stays taken. */
export function tellDelivered(
  counter: Counter,
  { id, kind, from, file, by }: Omit<MailMoved, "to">,
  type: Courier["wakes"],
): void {
  try {
    counter.arrived(type);
    counter.moved({ id, kind, from, to: "delivered", by, file });
  } catch (error) {
    counter.log.error("mail was taken, and could not be told of; it waits for the next wake", {
      mail: id,
      error: messageOf(error),
    });
  }
}
