import { messageOf, settledWithin } from "hearth";
import type { Embedder } from "../contract";

/** Milliseconds in which an embedder has to say whether it can be used. */
const PATIENCE = 5000;

/** What can make vectors now. */
export interface Choice {
  /** The first that can be used, by the settings' order. */
  readonly embedder?: Embedder;
  /** All that can be used, also those that the settings do not name: an older index may belong to one. */
  readonly usable: readonly Embedder[];
  /** Why none is chosen, for people. */
  readonly problem?: string;
}

/**
 * Chooses an embedder.
 * @param wanted ids, the best first
 * @param broken what was found out of some of them at work
 */
export async function choose(
  wanted: readonly string[],
  embedders: readonly Embedder[],
  broken: ReadonlyMap<Embedder, string>,
): Promise<Choice> {
  const wrong = new Map<string, string>();
  const usable: Embedder[] = [];
  await Promise.all(
    embedders.map(async embedder => {
      const why = broken.get(embedder) ?? (await askedWhy(embedder));
      if (why === undefined) usable.push(embedder);
      else wrong.set(embedder.id, why);
    }),
  );
  const embedder = wanted.flatMap(id => usable.find(one => one.id === id) ?? [])[0];
  if (embedder) return { embedder, usable };
  const reasons = wanted.map(id => `${id}: ${wrong.get(id) ?? "there is no such embedder"}`);
  return { usable, problem: reasons.join("; ") || "no embedder is wanted" };
}

async function askedWhy(embedder: Embedder): Promise<string | undefined> {
  const asked = (async () => embedder.unavailable())();
  if (!(await settledWithin(asked, PATIENCE)))
    return `it did not say within ${PATIENCE / 1000} s whether it can be used`;
  return asked.catch(messageOf);
}
