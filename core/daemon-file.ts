import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeAtomic } from "./files";

/** How a running daemon can be reached; kept in the state folder while it runs. */
export interface DaemonFile {
  readonly pid: number;
  /** "http://127.0.0.1:8000" */
  readonly url: string;
}

const place = (state: string) => join(state, "daemon.json");

/** Says how this daemon can be reached. */
export const writeDaemonFile = (state: string, daemon: DaemonFile): Promise<void> =>
  writeAtomic(place(state), `${JSON.stringify(daemon)}\n`, 0o600);

/** Says that no daemon can be reached any more. */
export const removeDaemonFile = (state: string): void => rmSync(place(state), { force: true });

/** The daemon of a state folder, if one runs. */
export function findDaemon(state: string): DaemonFile | undefined {
  if (!existsSync(place(state))) return;
  try {
    const daemon = JSON.parse(readFileSync(place(state), "utf8")) as DaemonFile;
    process.kill(daemon.pid, 0);
    return daemon;
  } catch {
    return; // torn file, or a process that is gone
  }
}

/** Who has something, as an addition to its name; "" when nobody knows. */
export function holderInWords(holder: Partial<DaemonFile> | undefined): string {
  if (holder?.pid === undefined) return "";
  return ` (process ${holder.pid}${holder.url ? `, at ${holder.url}` : ""})`;
}
