import { dirname } from "node:path";
import type { WakeMessage } from "hearth-plugins/sessions";
import type { Audience } from "./contract";

/** A session, as far as it matters who reads along. */
export interface Listened {
  readonly type: string;
  readonly settings: { readonly live: boolean; readonly closed: readonly string[] };
  readonly messages: readonly WakeMessage[];
  /** Those of the sessions that it goes on with. */
  readonly earlier?: readonly WakeMessage[];
}

/** The key of whoever wrote a message: of a letter the folder of its thread ("mailbox/ada"), else type and name ("telegram/Ada"). */
const personOf = (type: string, { file, from }: WakeMessage): string | undefined =>
  file?.endsWith(".jsonl") ? dirname(file) : from === undefined ? undefined : `${type}/${from}`;

/** The keys of those who wrote to a session, each once. */
export const personsOf = ({
  type,
  messages,
  earlier = [],
}: Pick<Listened, "type" | "messages" | "earlier">): string[] => [
  ...new Set([...earlier, ...messages].flatMap(message => personOf(type, message) ?? [])),
];

/**
 * For whom a session may remember. One that everyone watches, or that several persons wrote to, remembers nothing private; one with a
 * single person what that one confided; one of the agent alone everything. Where folders are closed, a name alone is no proof of who
 * somebody is: there a person counts only by the file that holds what they wrote.
 */
export function audienceFor(session: Listened): Audience {
  const { settings, messages, earlier = [] } = session;
  const [person, ...others] = personsOf(session);
  if (settings.live || others.length > 0) return "own";
  const isClosed = settings.closed.length > 0;
  if (person === undefined) return isClosed ? "own" : "all";
  const isSure = [...earlier, ...messages].every(({ file }) => file?.endsWith(".jsonl"));
  return isClosed && !isSure ? "own" : { person };
}
