import { lstatSync, mkdirSync, realpathSync, symlinkSync } from "node:fs";
import { join } from "node:path";

/** Where the CLI lives, inside Hearth's state folder. All of it is mode 0700. */
export interface Folders {
  /** The state folder's real path; marks what the CLI starts as ours. */
  readonly state: string;
  /** The CLI's own config: its login and its transcripts. */
  readonly config: string;
  /** The CLI's config when it is given access to the model: with the same transcripts, and without the login, which it would send along. */
  readonly guest: string;
  /** What the CLI takes for the user's home. */
  readonly home: string;
  /** One folder for each run that goes on. */
  readonly runs: string;
}

/** Makes the folders that are missing. */
export function foldersIn(state: string): Folders {
  const config = join(state, "claude");
  const folders = { config, guest: join(config, "guest"), home: join(config, "home"), runs: join(config, "runs") };
  for (const folder of [...Object.values(folders), join(config, "projects")])
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  shareTranscripts(folders.guest);
  return { state: realpathSync(state), ...folders };
}

/** A session that began with one config goes on with the other. */
function shareTranscripts(guest: string): void {
  const projects = join(guest, "projects");
  if (!lstatSync(projects, { throwIfNoEntry: false })) symlinkSync(join("..", "projects"), projects);
}
