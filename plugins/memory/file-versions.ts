import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { bytesOf } from "./reading/file-bytes";
import type { HomeFiles } from "./reading/home-files";

/** A file as it lies in the home at a moment. */
export interface FileVersion {
  /** Relative to the home. */
  readonly path: string;
  /** The same for the same bytes. */
  readonly hash: string;
  /** When it was last written or moved, as the system keeps it whatever a program says: ms since 1970. */
  readonly changed: number;
}

/** Of these files the versions that lie in the home now; of one that cannot be read, nothing. */
export const versionsOf = (files: HomeFiles, paths: readonly string[]): FileVersion[] =>
  paths.flatMap(path => versionOf(files, path) ?? []);

function versionOf(files: HomeFiles, path: string): FileVersion | undefined {
  const source = files.sourceOf(path);
  const found = source && files.look(path, source);
  if (!found || "gone" in found) return undefined;
  const read = bytesOf(found);
  const what = "bytes" in read ? read.bytes : `${found.size} ${found.mtime}`; // too large to be read: its size and time
  const changed = statSync(found.real, { throwIfNoEntry: false })?.ctimeMs ?? found.mtime;
  return { path, changed, hash: createHash("sha256").update(what).digest("hex").slice(0, 32) };
}
