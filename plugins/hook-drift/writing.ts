import type { Memory, Passage } from "hearth-plugins/memory";
import type { Breath } from "./turns-of-work";

/** A passage that the agent wrote itself on a known day. */
export type OwnPassage = Passage & { readonly date: string };

/** What the agent wrote between two days, and the vectors of the works it stands in. */
export interface OwnWriting {
  readonly passages: readonly OwnPassage[];
  /** Path → vector of unit length; works that have none yet are not in it. */
  readonly vectors: ReadonlyMap<string, Float32Array>;
}

/** Files whose passages are asked for at once: as much as can come over without anyone noticing. */
const BATCH = 40;

/**
 * What the agent wrote from one day to another, both included. Nothing that a person confided, nothing that somebody else wrote, nothing that
 * was only written down again; a text that stands in several files comes once.
 */
export async function ownWriting(
  memory: Memory,
  { from, to }: { readonly from: string; readonly to: string },
  rest: Breath,
): Promise<OwnWriting> {
  const works = (await memory.works({ audience: "own", from, to })).filter(work => work.privacy !== "private");
  const passages = new Map<string, OwnPassage>();
  for (let at = 0; at < works.length; at += BATCH) {
    const paths = works.slice(at, at + BATCH).map(({ path }) => path);
    for (const passage of await memory.passages({ audience: "own", paths }))
      if (isOwn(passage) && passage.date >= from && passage.date <= to && !passages.has(passage.id))
        passages.set(passage.id, passage);
    await rest();
  }
  const vectors = works.flatMap(({ path, vector }) => (vector ? [[path, vector] as const] : []));
  return { passages: [...passages.values()], vectors: new Map(vectors) };
}

const isOwn = (passage: Passage): passage is OwnPassage =>
  passage.date !== null && !passage.recalled && passage.privacy !== "private" && passage.provenance.who === "agent";
