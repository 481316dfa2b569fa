import { existsSync, readdirSync, readFileSync } from "node:fs";

/** A process that lives. */
export interface SystemProcess {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** When it began, in the system's own words: with the pid it names one process and no later one. */
  readonly began: string;
}

/** Whether this system shows its processes as files. */
export const hasProc = existsSync("/proc/self/stat");

/** Every process that lives; none where there is no /proc. Zombies are dead. */
export function livingProcesses(): SystemProcess[] {
  if (!hasProc) return [];
  return readdirSync("/proc").flatMap(name => (/^\d+$/.test(name) ? (processAt(Number(name)) ?? []) : []));
}

/** A process, or nothing when it is dead. */
export function processAt(pid: number): SystemProcess | undefined {
  const stat = readOrNothing(`/proc/${pid}/stat`);
  // The name stands in brackets and may hold anything, brackets too.
  const [state, parent, group, session, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (!state || "ZX".includes(state)) return;
  return { pid, parent: Number(parent), group: Number(group), session: Number(session), began: rest[15] ?? "" };
}

/** When a living process began; "" when it is dead or nobody can say. */
export function beganAt(pid: number): string {
  if (hasProc) return processAt(pid)?.began ?? "";
  const ps = Bun.which("ps");
  return ps
    ? Bun.spawnSync([ps, "-o", "lstart=", "-p", String(pid)])
        .stdout.toString()
        .trim()
    : "";
}

/** Whether a process was started with all of these variables. False for what we may not look at. */
export function hasEnvironment(pid: number, marks: Readonly<Record<string, string>>): boolean {
  const entries = new Set(readOrNothing(`/proc/${pid}/environ`).split("\0"));
  return Object.entries(marks).every(([name, value]) => entries.has(`${name}=${value}`));
}

/** This process and those that it descends from. */
export function ownLine(): Set<number> {
  const line = new Set<number>();
  for (let pid = process.pid; pid > 0 && !line.has(pid); pid = processAt(pid)?.parent ?? 0) line.add(pid);
  return line;
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** What bubblewrap has started for a command with processes of its own: its child waits in there for everyone, and the first child of that is the command. */
export function jailedBy(pid: number): number | undefined {
  const all = livingProcesses();
  const first = (parent: number | undefined) =>
    all.filter(child => child.parent === parent).sort((a, b) => Number(a.began) - Number(b.began) || a.pid - b.pid)[0]
      ?.pid;
  return first(first(pid));
}
