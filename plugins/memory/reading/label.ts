import { dirname } from "node:path";
import type { Privacy, Provenance } from "../contract";
import type { Origin } from "../index-parts";
import type { MemorySource } from "../source";
import type { Draft } from "./drafts";

/** Whose a passage is, and who may see it. */
export interface Label {
  readonly privacy: Privacy;
  readonly person: string | null;
  readonly who: Provenance["who"];
  readonly name: string | null;
  readonly session: string | null;
  readonly at: string;
}

/** Gives a passage its label. @param before that of the same text in the version of the file before */
export type Labeller = (draft: Draft, before?: Label) => Label;

/**
 * Labels the passages of one version of a file. A text that was there before stays whose it was: who changes the file beside it did not
 * write it. Only of a conversation more can become known later, and less is not taken for more.
 */
export function labeller(source: MemorySource, path: string, origin: Origin): Labeller {
  const seen = { ...sightOf(source, path, origin), session: origin.session ?? null, at: origin.at };
  const { privacy, person } = seen;
  return (draft, before) => {
    const fresh = { ...seen, ...authorOf(draft, source, origin) };
    if (!before) return fresh;
    if (source.format !== "conversation") return { ...before, privacy, person };
    return origin.persons ? { ...fresh, session: fresh.session ?? before.session, at: before.at } : before;
  };
}

/** Whose a private file is, by its folder ("mailbox/ada"); nothing of what is not private, and of conversations. */
export const ownerOf = ({ privacy, format }: MemorySource, path: string): string | undefined =>
  privacy === "private" && format !== "conversation" ? dirname(path) : undefined;

/** A conversation that nobody took part in but the agent is its own; of one with several people it is nobody's to hear again. */
function sightOf(source: MemorySource, path: string, { persons }: Origin): Pick<Label, "privacy" | "person"> {
  const { privacy, format } = source;
  if (privacy !== "private" || format !== "conversation") return { privacy, person: ownerOf(source, path) ?? null };
  if (persons?.length === 0) return { privacy: "own", person: null };
  return { privacy, person: persons?.length === 1 ? persons[0]! : null };
}

/** What the file says of its author counts first: a letter is its writer's, whoever filed it. */
function authorOf(
  { who, name }: Draft,
  source: MemorySource,
  { who: known, persons }: Origin,
): Pick<Label, "who" | "name"> {
  if (source.format !== "conversation" || who !== "visitor")
    return { who: who ?? known ?? source.who ?? "agent", name: name ?? null };
  if (known === "agent") return { who: known, name: null };
  if (persons?.length === 0) return { who: "system", name: null };
  return { who, name: persons?.length === 1 ? nameOf(persons[0]!) : null };
}

/** "Ada" of "telegram/Ada". */
const nameOf = (person: string): string => person.slice(person.indexOf("/") + 1);
