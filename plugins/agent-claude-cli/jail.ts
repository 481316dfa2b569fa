import { existsSync, lstatSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { isIn, machineMounts, shown } from "./machine";
import type { RunFolder } from "./run-folder";

/** What is there inside a jail. Whatever is not named is not there. */
export interface JailPlan {
  /** The agent's home: an absolute path. */
  readonly home: string;
  /** Folders of the home that can be written; "*" for all of it. */
  readonly writable: readonly string[];
  /** Files of the home, and folders of it as "memory/**", that can be read only. */
  readonly readonly: readonly string[];
  /** Folders of the home that are empty there. */
  readonly closed: readonly string[];
  /** Files and folders of the machine that can be read, beside the system's own. */
  readonly seen: readonly string[];
  /** Files and folders that are not there, wherever they lie. */
  readonly hidden: readonly string[];
  /** Of the run; nothing of it when left out. */
  readonly run?: RunFolder;
  /** The user of the machine who starts it is root: it is nobody in particular inside. */
  readonly asRoot: boolean;
}

/** As whom root's files are seen inside: an id other than 0, under which programs make no use of being root. */
export const ROOT_INSIDE = 1000;

/** What bubblewrap is called with, up to the command. Paths are the same inside as outside. */
export function jailArguments(plan: JailPlan): string[] {
  const home = realpathSync(plan.home);
  return [
    ...["--die-with-parent", "--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts"],
    ...["--unshare-cgroup-try", "--cap-drop", "ALL"],
    ...(plan.asRoot ? ["--uid", `${ROOT_INSIDE}`, "--gid", `${ROOT_INSIDE}`] : []),
    ...machineMounts(),
    ...["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"],
    // Root may set the machine's parameters, with or without any capability.
    ...(plan.asRoot ? ["--ro-bind", "/proc/sys", "/proc/sys"] : []),
    ...shown(plan.seen),
    ...homeMounts(home, plan),
    ...hiding(plan.hidden, ["/usr", home, ...plan.seen]),
    ...(plan.run ? runMounts(plan.run) : []),
    ...["--remount-ro", "/", "--chdir", home],
  ];
}

function homeMounts(home: string, { home: named, writable, readonly, closed }: JailPlan): string[] {
  const inside = (paths: readonly string[]) => paths.flatMap(path => insideOf(home, path.replace(/\/\*\*$/, "")) ?? []);
  return [
    ...(writable.includes("*") ? bind(home) : readable(home)),
    ...(named === home ? [] : ["--symlink", home, named]),
    ...inside(writable.filter(path => path !== "*")).flatMap(bind),
    ...inside([...readonly, ".git"]).flatMap(readable),
    ...inside(closed).flatMap(path => [...empty(path), ...(isFolder(path) ? ["--remount-ro", path] : [])]),
  ];
}

/** A path of the home as it really is; nothing when it is not there, or leads out. */
function insideOf(home: string, path: string): string | undefined {
  if (!existsSync(join(home, path))) return;
  const real = realpathSync(join(home, path));
  return real !== home && isIn(home, real) ? real : undefined;
}

/** Only what would be seen: elsewhere there is nothing to hide. */
const hiding = (paths: readonly string[], visible: readonly string[]): string[] =>
  paths
    .filter(path => existsSync(path) && visible.some(folder => isIn(folder, realpathSync(path))))
    .flatMap(path => empty(realpathSync(path)));

/** The run's folder to be read, for its prompt and its tool servers, and three folders in it to be written. */
const runMounts = ({ path, config, home, tmp, users }: RunFolder): string[] => [
  ...readable(path),
  ...[config, home, tmp].flatMap(bind),
  ...(users ? ["--ro-bind", users.passwd, "/etc/passwd", "--ro-bind", users.group, "/etc/group"] : []),
];

const bind = (path: string) => ["--bind", path, path];
const readable = (path: string) => ["--ro-bind", path, path];
const empty = (path: string) => (isFolder(path) ? ["--tmpfs", path] : ["--ro-bind", "/dev/null", path]);
const isFolder = (path: string) => lstatSync(path).isDirectory();
