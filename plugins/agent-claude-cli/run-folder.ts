import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ToolServer } from "hearth-plugins/sessions";
import { z } from "zod";
import type { Folders } from "./folders";
import { beganAt } from "./system-processes";

/** What is on disk of a run that goes on: its prompt, its temporary files, and whom to end should Hearth die first. */
export interface RunFolder {
  /** Unique; also its folder's name and the mark of its processes. */
  readonly id: string;
  readonly path: string;
  readonly systemPrompt: string;
  /** The file that tells the CLI of the tool servers, with their tokens; absent when there are none. */
  readonly mcpConfig?: string;
}

const Leader = z.object({ pid: z.int().positive(), began: z.string() });
export type Leader = z.output<typeof Leader>;

const leaderFile = (folder: string) => join(folder, "leader.json");

/** Makes the private folder of a run. The caller removes it. */
export function makeRunFolder({ runs }: Folders, systemPrompt: string, servers: readonly ToolServer[] = []): RunFolder {
  const id = crypto.randomUUID();
  const path = join(runs, id);
  mkdirSync(join(path, "tmp"), { recursive: true, mode: 0o700 });
  const write = (name: string, text: string) => {
    writeFileSync(join(path, name), text, { mode: 0o600 });
    return join(path, name);
  };
  return {
    id,
    path,
    systemPrompt: write("system-prompt.md", systemPrompt),
    ...(servers.length > 0 && { mcpConfig: write("mcp.json", JSON.stringify(mcpConfigOf(servers))) }),
  };
}

const mcpConfigOf = (servers: readonly ToolServer[]) => ({
  mcpServers: Object.fromEntries(
    servers.map(({ name, url, token }) => [name, { type: "http", url, headers: { Authorization: `Bearer ${token}` } }]),
  ),
});

/** Notes the process that leads a run. */
export function recordLeader({ path }: RunFolder, pid: number): void {
  writeFileSync(leaderFile(path), JSON.stringify({ pid, began: beganAt(pid) } satisfies Leader), { mode: 0o600 });
}

export const removeRunFolder = ({ path }: Pick<RunFolder, "path">): void =>
  rmSync(path, { recursive: true, force: true });

/** The folders that earlier runs have left, and who led them as far as that was noted. */
export function leftRunFolders({ runs }: Folders): { path: string; leader: Leader | undefined }[] {
  return readdirSync(runs).map(name => ({ path: join(runs, name), leader: readLeader(join(runs, name)) }));
}

function readLeader(folder: string): Leader | undefined {
  try {
    return Leader.parse(JSON.parse(readFileSync(leaderFile(folder), "utf8")));
  } catch {
    return;
  }
}
