import type { Session } from "hearth-plugins/sessions";
import type { Versions } from "./versions";

/** Paths that are named in a note. */
const NAMED = 5;

/** What a session did to prompt.md, and what of it was undone, for people; nothing when there is nothing to say. */
export function noteOf(versions: Versions, { id }: Pick<Session, "id">): string | undefined {
  const undone = versions.undoneIn(id).map(({ path, what }) => `${path} (${what})`);
  const more = undone.length - NAMED;
  const undoneText = [...undone.slice(0, NAMED), ...(more > 0 ? [`${more} more`] : [])].join(", ");
  const said = versions.of(id).flatMap(version => {
    if (version.origin === "session") return [`prompt.md is version ${version.id}`];
    if (version.origin === "waiting")
      return [`a new prompt.md waits: hearth prompt show ${version.id}, hearth prompt approve ${version.id}`];
    return [];
  });
  return [...said, ...(undone.length > 0 ? [`undone: ${undoneText}`] : [])].join("; ") || undefined;
}
