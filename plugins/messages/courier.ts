import type { HomeFolder } from "hearth";
import type { Courier } from "hearth-plugins/letterbox";
import { pageName, writeVisitorPage } from "hearth-plugins/visitors";

/** Brings what trusted senders without a mailbox write to `visitors/`, marked `source: "api"`. */
export const messageCourier = (home: HomeFolder, timeZone: string): Courier => ({
  id: "message",
  wakes: "visit",
  trust: "senders",
  deliver({ from, text, receivedAt, data: { filename = pageName(new Date(receivedAt), from, timeZone) } }) {
    return writeVisitorPage(home, { filename: String(filename), from, text, source: "api" });
  },
});
