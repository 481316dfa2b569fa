import { mkdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { type Home, messageOf } from "hearth";
import { zonedIso } from "hearth-plugins/content";
import { moveNew } from "./move-new";

/** A visitor's file that lies there still. */
interface VisitorFile {
  /** Real and absolute. */
  readonly path: string;
  readonly name: string;
  readonly date: Date;
}

/**
 * Moves those of the paths that are visitors' files to `visitors/archive/<month>/`, the month of the file's date in a time zone.
 * One that cannot be moved stays, and keeps none of the others. Answers how many went.
 * @throws Error when some could not be moved, with their names and how many could
 */
export async function archiveShown(home: Home, paths: readonly string[], timeZone: string): Promise<string> {
  const failed: string[] = [];
  let moved = 0;
  for (const file of await visitorFiles(home, paths))
    try {
      if (await archive(home, file, timeZone)) moved++;
    } catch (error) {
      failed.push(`${file.name}: ${messageOf(error)}`);
    }
  const report = `${moved} archived`;
  if (failed.length > 0) throw new Error(`${report}, ${failed.length} not: ${failed.join("; ")}`);
  return report;
}

/** The files right in visitors/ that some paths lead to, each once: neither README.md nor hidden ones, nor what is gone or lies elsewhere. */
async function visitorFiles(home: Home, paths: readonly string[]): Promise<VisitorFile[]> {
  const folder = join(await realpath(home.path), "visitors");
  const found = await Promise.all(paths.map(path => lookUp(resolve(home.path, path))));
  const files = found
    .filter(file => file !== undefined)
    .filter(({ path, name }) => dirname(path) === folder && !isKept(name));
  return [...new Map(files.map(file => [file.path, file])).values()];
}

const isKept = (name: string) => name.startsWith(".") || name.toLowerCase() === "readme.md";

async function lookUp(path: string): Promise<VisitorFile | undefined> {
  const real = await realpath(path).catch(() => undefined);
  const info = real === undefined ? undefined : await stat(real).catch(() => undefined);
  if (real === undefined || !info?.isFile()) return;
  return { path: real, name: basename(real), date: info.mtime };
}

/** Answers whether it moved; false when it went meanwhile. */
async function archive(home: Home, { path, name, date }: VisitorFile, timeZone: string): Promise<boolean> {
  const month = zonedIso(date, timeZone).slice(0, 7);
  const folder = await home.resolve(`visitors/archive/${month}`);
  await mkdir(folder, { recursive: true });
  return moveNew(path, folder, name);
}
