import { existsSync, lstatSync, realpathSync } from "node:fs";
import { dirname, join, relative } from "node:path";
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
  /** Folders of the home beside which nothing is there, whatever comes to lie there meanwhile. */
  readonly alone: readonly string[];
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
    ...["--tmpfs", "/tmp"],
    ...(plan.home === home ? [] : ["--symlink", home, plan.home]), // First: where the machine's own are mounted over it, it is among them.
    ...machineMounts(),
    ...["--proc", "/proc", "--dev", "/dev"],
    // Root may set the machine's parameters, with or without any capability.
    ...(plan.asRoot ? ["--ro-bind", "/proc/sys", "/proc/sys"] : []),
    ...shown(plan.seen),
    ...hiding(plan.hidden, ["/usr", "/nix/store", ...plan.seen]),
    ...homeMounts(home, plan),
    ...hiding(plan.hidden, [home]),
    ...(plan.run ? runMounts(plan.run) : []),
    ...["--remount-ro", "/", ...(plan.run ? ["--chdir", home] : [])],
  ];
}

function homeMounts(home: string, plan: JailPlan): string[] {
  const inside = (paths: readonly string[]) => paths.flatMap(path => insideOf(home, path.replace(/\/\*\*$/, "")) ?? []);
  const writable = plan.writable.includes("*") ? [home] : inside(plan.writable);
  const alone = inside(plan.alone);
  const rooms = outermost(inside(plan.alone.map(dirname)));
  const isThere = (path: string) => !rooms.some(room => isIn(room, path)) || alone.some(folder => isIn(folder, path));
  const readonly = inside([...plan.readonly, ".git"]).filter(isThere);
  const closed = outermost(inside(plan.closed)).filter(isThere);
  const hidden = realPathsOf(plan.hidden);
  return [
    ...(writable.includes(home) ? [] : readable(home)),
    ...[...writable, ...above([...readonly, ...closed, ...rooms, ...hidden], writable)].flatMap(bind),
    ...rooms.flatMap(empty),
    ...alone.flatMap(path => (writable.some(top => isIn(top, path)) ? bind(path) : readable(path))),
    ...rooms.flatMap(room => ["--remount-ro", room]),
    ...readonly.flatMap(readable),
    ...closed.flatMap(path => [...empty(path), ...(isFolder(path) ? ["--remount-ro", path] : [])]),
  ];
}

/**
 * The folders above paths, from the top. What is mounted cannot be renamed: else another folder could take the place of the one that a
 * file lies in which can only be read, and that of one that is closed would be open for the next run.
 */
function above(paths: readonly string[], writable: readonly string[]): string[] {
  const folders = paths.flatMap(path => writable.flatMap(top => between(top, path)));
  return [...new Set(folders)].sort();
}

function between(top: string, path: string): string[] {
  const folder = dirname(path);
  return folder !== top && isIn(top, folder) ? [...between(top, folder), folder] : [];
}

/** Without what lies in others of them. */
const outermost = (paths: readonly string[]): string[] =>
  [...new Set(paths)].filter(path => !paths.some(other => other !== path && isIn(other, path)));

/** A path of the home as it really is; nothing when it is not there, or leads out. */
function insideOf(home: string, path: string): string | undefined {
  if (!existsSync(join(home, path))) return;
  const real = realpathSync(join(home, path));
  return real !== home && isIn(home, real) ? real : undefined;
}

/** Only what would be seen, wherever that is: what can be seen may be named by a link. */
const hiding = (paths: readonly string[], visible: readonly string[]): string[] =>
  outermost(realPathsOf(paths)).flatMap(real => placesOf(real, visible).flatMap(place => emptyAs(real, place)));

const realPathsOf = (paths: readonly string[]) =>
  paths.filter(path => existsSync(path)).map(path => realpathSync(path));

function placesOf(real: string, visible: readonly string[]): string[] {
  const shows = visible.filter(path => existsSync(path) && isIn(realpathSync(path), real));
  return [...new Set(shows.map(path => join(path, relative(realpathSync(path), real))))];
}

/** The run's folder to be read, for its prompt and its tool servers, and three folders in it to be written. */
const runMounts = ({ path, config, home, tmp, users }: RunFolder): string[] => [
  ...readable(path),
  ...[config, home, tmp].flatMap(bind),
  ...(users ? ["--ro-bind", users.passwd, "/etc/passwd", "--ro-bind", users.group, "/etc/group"] : []),
];

const bind = (path: string) => ["--bind", path, path];
const readable = (path: string) => ["--ro-bind", path, path];
const empty = (path: string) => emptyAs(path, path);
const emptyAs = (real: string, place: string) =>
  isFolder(real) ? ["--tmpfs", place] : ["--ro-bind", "/dev/null", place];
const isFolder = (path: string) => lstatSync(path).isDirectory();
