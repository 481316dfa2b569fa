import { slot, uniqueIds } from "hearth";
import type { Message, Sender } from "hearth-plugins/letterbox";

export { countWords } from "./words";

/** Where a sender's messages go instead of among the visitors. */
export interface Destination {
  readonly id: string;
  /** How a text of this sender is handed in, and what goes to its courier; nothing when this is no place for them. */
  of(
    sender: Sender,
    text: string,
  ): { readonly message: Message; readonly data: Readonly<Record<string, unknown>> } | undefined;
}
/** The first that knows the sender takes the message. */
export const Destinations = slot<Destination>("messages.destinations", uniqueIds("destination"));
