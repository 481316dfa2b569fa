import { dlopen, FFIType, read } from "bun:ffi";
import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { dirname } from "node:path";
import { type DaemonFile, findDaemon, holderInWords } from "./daemon-file";
import { HearthError } from "./errors";

/** The C library's name, and of the function that tells where its last error stands, by platform. */
const libraries: readonly (readonly [name: string, errno: string])[] =
  process.platform === "darwin"
    ? [["libSystem.dylib", "__error"]]
    : [
        ["libc.so.6", "__errno_location"],
        ["libc.so", "__errno_location"],
      ];
const EXCLUSIVE_AT_ONCE = 2 | 4;
const TAKEN = process.platform === "darwin" ? 35 : 11;

/**
 * Takes a home for this process alone, whatever its state folder is, until it is released or the process ends, however it ends. The lock is
 * the system's on the folder itself: no file in it, and nothing that the agent does there, can break it. Where the file system or the
 * platform has no such lock, every one gets it.
 * @throws HearthError LIVED_IN when another has it
 */
export function takeHome(home: string): () => void {
  const folder = openSync(home, "r");
  if (lock(folder) !== "taken") return () => closeSync(folder);
  const holder = holderOf(folder);
  closeSync(folder);
  throw new HearthError(
    "LIVED_IN",
    `${home}${holderInWords(holder)}; stop that one, or give this one a HEARTH_HOME of its own`,
  );
}

function lock(folder: number): "ours" | "taken" | "impossible" {
  for (const [name, errno] of libraries)
    try {
      const { symbols } = dlopen(name, {
        flock: { args: [FFIType.i32, FFIType.i32], returns: FFIType.i32 },
        [errno]: { args: [], returns: FFIType.ptr },
      });
      if (symbols["flock"]!(folder, EXCLUSIVE_AT_ONCE) === 0) return "ours";
      return read.i32(symbols[errno]!() as never) === TAKEN ? "taken" : "impossible";
    } catch {
      // Another library of the list may be the one.
    }
  return "impossible";
}

/** The process that has a lock on a folder, and its daemon: as far as the system tells. */
function holderOf(folder: number): Partial<DaemonFile> | undefined {
  try {
    const { ino } = fstatSync(folder);
    const line = readFileSync("/proc/locks", "utf8")
      .split("\n")
      .find(text => text.includes(" FLOCK ") && text.includes(`:${ino} `));
    const pid = Number(/ (\d+) [0-9a-f]+:[0-9a-f]+:\d+ /.exec(line ?? "")?.[1]);
    return pid > 0 ? (daemonOf(pid) ?? { pid }) : undefined;
  } catch {
    return undefined;
  }
}

/** The daemon that a process is, by the lock of its state folder. */
function daemonOf(pid: number): DaemonFile | undefined {
  try {
    const open = readdirSync(`/proc/${pid}/fd`).map(name => linkOf(`/proc/${pid}/fd/${name}`));
    const state = open.find(path => path.endsWith("/lock.db"));
    const daemon = state && findDaemon(dirname(state));
    return daemon && daemon.pid === pid ? daemon : undefined;
  } catch {
    return undefined;
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ""; // closed meanwhile
  }
}
