import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { chmod, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ToolServer } from "hearth-plugins/sessions";
import { z } from "zod";
import { lendLogin, takeLoginBack } from "./credentials";
import { dropRuns, type Folders, makeRuns, runsThereWere } from "./folders";
import { beganAt } from "./system-processes";
import { copyTranscript } from "./transcripts";

/** What is on disk of a run that goes on. All that the CLI writes outside of the agent's home lies here, and goes with it. */
export interface RunFolder {
  /** Unique; also its folder's name and the mark of its processes. */
  readonly id: string;
  readonly path: string;
  /** The CLI's config folder. */
  readonly config: string;
  /** What the CLI takes for the user's home. */
  readonly home: string;
  /** For temporary files. */
  readonly tmp: string;
  readonly systemPrompt: string;
  /** The file that tells the CLI of the tool servers, with their tokens; absent when there are none. */
  readonly mcpConfig?: string;
  /** Files in the place of the machine's own in /etc: they name its user alone. */
  readonly users?: { readonly passwd: string; readonly group: string };
}

export interface RunPlan {
  readonly systemPrompt: string;
  readonly servers: readonly ToolServer[];
  /** The CLI's id of the session. */
  readonly agentSession: string;
  /** "house": the CLI's own config folder, with everything in it. "lent": one of the run's own, with this session's transcript alone. */
  readonly config: "house" | "lent";
  /** Whether the login goes into a lent config. */
  readonly login: boolean;
  /** As whom it runs in a jail; not in one when left out. */
  readonly inside?: { readonly uid: number; readonly gid: number } | undefined;
}

const Leader = z.object({ pid: z.int().positive(), began: z.string() });
export type Leader = z.output<typeof Leader>;

const Lent = z.object({ agentSession: z.string(), login: z.string().optional() });

const leaderFile = (folder: string) => join(folder, "leader.json");
const lentFile = (folder: string) => join(folder, "lent.json");
const configIn = (folder: string) => join(folder, "config");

/** Makes the private folder of a run. The caller removes it. */
export async function makeRunFolder(folders: Folders, plan: RunPlan): Promise<RunFolder> {
  const id = crypto.randomUUID();
  const path = join(folders.runs, id);
  const own = { config: configIn(path), home: join(path, "home"), tmp: join(path, "tmp") };
  makeRuns(folders);
  mkdirSync(path, { mode: 0o700 });
  for (const folder of Object.values(own)) await mkdir(folder, { mode: 0o700 });
  const write = async (name: string, text: string) => {
    await writeFile(join(path, name), text, { mode: 0o600 });
    return join(path, name);
  };
  if (plan.config === "lent") await lend(folders, path, plan);
  const { inside } = plan;
  return {
    ...{ id, path, ...own },
    ...(plan.config === "house" && { config: folders.config, home: folders.home }),
    systemPrompt: await write("system-prompt.md", plan.systemPrompt),
    ...(plan.servers.length > 0 && { mcpConfig: await write("mcp.json", JSON.stringify(mcpConfigOf(plan.servers))) }),
    ...(inside && {
      users: {
        passwd: await write("passwd", `agent:x:${inside.uid}:${inside.gid}::${own.home}:/bin/sh\n`),
        group: await write("group", `agent:x:${inside.gid}:\n`),
      },
    }),
  };
}

async function lend({ config, projects }: Folders, path: string, { agentSession, login }: RunPlan): Promise<void> {
  await copyTranscript(projects, join(configIn(path), "projects"), agentSession);
  const lent = login ? await lendLogin(config, configIn(path)) : undefined;
  const note: z.output<typeof Lent> = { agentSession, ...(lent !== undefined && { login: lent }) };
  await writeFile(lentFile(path), JSON.stringify(note), { mode: 0o600 });
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

/**
 * Takes back what a run was lent, and removes its folder. Only when nothing of the run lives.
 * @returns files of its transcript that were too large to be taken back @throws what keeps it; the folder stays then
 */
export async function endRunFolder(folders: Folders, { path }: Pick<RunFolder, "path">): Promise<string[]> {
  const lent = readJson(lentFile(path), Lent);
  const left = lent ? await copyTranscript(join(configIn(path), "projects"), folders.projects, lent.agentSession) : [];
  if (lent?.login !== undefined) await takeLoginBack(configIn(path), folders.config, lent.login);
  await removeRunFolder(folders, { path });
  return left;
}

export async function removeRunFolder(folders: Folders, { path }: Pick<RunFolder, "path">): Promise<void> {
  const remove = () => rm(path, { recursive: true, force: true });
  await remove().catch(() => openUp(path).then(remove)); // What ran there may have closed a folder to us, its owner.
  dropRuns(folders);
}

/** Lets its owner into a folder and all that lie in it. */
async function openUp(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await openUp(join(folder, entry.name));
}

/** The folders that earlier runs have left, and who led them as far as that was noted. */
export function leftRunFolders(folders: Folders): { path: string; leader: Leader | undefined }[] {
  const paths = runsThereWere(folders).flatMap(runs => namesIn(runs).map(name => join(runs, name)));
  return paths.map(path => ({ path, leader: readJson(leaderFile(path), Leader) }));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readJson<T extends z.ZodType>(path: string, schema: T): z.output<T> | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return;
  }
}
