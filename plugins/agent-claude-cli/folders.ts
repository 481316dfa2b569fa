import { chmodSync, lstatSync, mkdirSync, realpathSync, rmdirSync } from "node:fs";
import { join } from "node:path";

/** Where the CLI lives, inside Hearth's state folder. All of it is mode 0700. */
export interface Folders {
  /** The state folder's real path; marks what the CLI starts as ours. */
  readonly state: string;
  /** The CLI's own config: its login. */
  readonly config: string;
  /** The transcripts of all sessions. */
  readonly projects: string;
  /** What the CLI takes for the user's home when a person logs in. */
  readonly home: string;
  /** One folder for each run that goes on. */
  readonly runs: string;
}

/**
 * Makes the folders that are missing.
 * @param runs where the runs are when their user cannot reach the state folder
 */
export function foldersIn(state: string, runs?: string): Folders {
  const config = join(state, "claude");
  const own = { config, projects: join(config, "projects"), home: join(config, "home") };
  for (const folder of [...Object.values(own), runsIn(config)]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  return { ...own, state: realpathSync(state), runs: runs ?? runsIn(config) };
}

const runsIn = (config: string) => join(config, "runs");

/** Where the runs of another user are: outside of the state folder, which is closed to them. */
export const runsOfOthers = (state: string): string => `/tmp/hearth-runs-${Bun.hash(realpathSync(state)).toString(36)}`;

/** Makes the folder that holds those of the runs. @throws Error where somebody else has put something in its place */
export function makeRuns({ runs, config }: Folders): void {
  try {
    mkdirSync(runs, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  if (!isOurs(runs)) throw new Error(`${runs} is not a folder of Hearth's own; remove it`);
  if (runs !== runsIn(config)) chmodSync(runs, 0o711);
}

/** Removes that folder when the last of its runs has gone and it lies among the machine's temporary files. */
export function dropRuns({ runs, config }: Folders): void {
  if (runs === runsIn(config)) return;
  try {
    rmdirSync(runs);
  } catch {
    // there is another run in it
  }
}

/** Where runs may have been left, whatever the settings were then. */
export const runsThereWere = ({ state, config }: Folders): string[] =>
  [runsIn(config), runsOfOthers(state)].filter(isOurs);

/** A folder that nobody but us writes in. */
function isOurs(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found?.isDirectory() || (found.mode & 0o022) !== 0) return false;
  return !process.getuid || found.uid === process.getuid();
}
