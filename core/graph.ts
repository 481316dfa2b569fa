import toposort from "toposort";
import { HearthError } from "./errors";

/** Something that waits for others by name. */
export interface Node {
  readonly id: string;
  readonly after: readonly string[];
}

/**
 * Dependencies first; among equals, the order given. Names that are not in the list are passed over.
 * @throws HearthError CYCLE, with the whole way round
 */
export function order<N extends Node>(nodes: readonly N[]): N[] {
  const byId = new Map(nodes.map(node => [node.id, node]));
  const edges = nodes.flatMap(node =>
    node.after.filter(id => byId.has(id)).map(id => [id, node.id] as [string, string]),
  );
  try {
    return toposort.array([...byId.keys()], edges).map(id => byId.get(id)!);
  } catch (cause) {
    throw new HearthError("CYCLE", findCycle(byId).join(" → "), cause);
  }
}

/** toposort names one node of a cycle; people need the whole way round. */
function findCycle(byId: ReadonlyMap<string, Node>): string[] {
  const over = new Set<string>();
  const walk = (id: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(id)) return [...path.slice(path.indexOf(id)), id];
    if (over.has(id)) return;
    for (const next of byId.get(id)?.after ?? []) {
      const found = walk(next, [...path, id]);
      if (found) return found;
    }
    over.add(id);
    return;
  };
  for (const id of byId.keys()) {
    const found = walk(id, []);
    if (found) return found;
  }
  return [];
}
