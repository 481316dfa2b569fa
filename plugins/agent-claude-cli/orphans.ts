import { marks } from "./environment";
import type { Folders } from "./folders";
import { type Graces, ProcessTree, type Quarry } from "./processes";
import { endRunFolder, leftRunFolders } from "./run-folder";
import { beganAt } from "./system-processes";

const graces: Graces = { terminate: 1, kill: 3 };

/** What was found of runs whose Hearth died before them. */
export interface Reaped {
  readonly ended: number;
  /** Processes that could not be ended. */
  readonly left: readonly number[];
  /** Folders of runs whose transcripts could not be taken back. */
  readonly kept: readonly string[];
}

const nothing = () => undefined;

/**
 * Ends what runs of an earlier Hearth with this state folder have left, takes back their transcripts, and removes their folders.
 * Only for whoever holds the state folder alone: it takes every run for an orphan.
 */
export async function reapOrphans(folders: Folders): Promise<Reaped> {
  const marked: Quarry = { marks: { [marks.state]: folders.state } };
  const left = leftRunFolders(folders);
  const led = left.flatMap(({ leader }): Quarry[] =>
    leader?.began && beganAt(leader.pid) === leader.began ? [{ ...marked, leader: leader.pid }] : [],
  );
  const reaped = await Promise.all([marked, ...led].map(reap));
  const kept = await Promise.all(left.map(folder => endRunFolder(folders, folder).then(nothing, () => folder.path)));
  return {
    ended: new Set(reaped.flatMap(({ found }) => found)).size,
    left: [...new Set(reaped.flatMap(r => r.left))],
    kept: kept.filter(path => path !== undefined),
  };
}

async function reap(quarry: Quarry): Promise<{ found: number[]; left: number[] }> {
  const tree = new ProcessTree(quarry);
  const found = tree.living();
  return { found, left: found.length > 0 ? await tree.end(graces) : [] };
}
