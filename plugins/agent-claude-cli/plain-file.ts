import { constants } from "node:fs";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Copies a file with everything that is asked of it, so that nothing half copied takes its place. Not what is no plain file.
 * @param most bytes; a longer one is not copied @returns how many bytes
 */
export async function copyPlainFile(from: string, to: string, most = Number.POSITIVE_INFINITY): Promise<number> {
  await using source = await openPlain(from);
  if (!source) return 0;
  const found = await source.stat();
  if (!found.isFile() || found.nlink !== 1 || found.size > most) return 0;
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  const draft = `${to}.${crypto.randomUUID()}.tmp`;
  try {
    await using target = await open(draft, "wx", 0o600);
    for await (const chunk of source.createReadStream({ autoClose: false })) await target.writeFile(chunk);
    await target.datasync();
    await rename(draft, to);
    return found.size;
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** Nothing where there is none any more, or nobody may read it: whoever wrote it may have taken care of that. */
async function openPlain(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (["ENOENT", "ELOOP", "EACCES", "ENXIO"].includes((error as NodeJS.ErrnoException).code ?? "")) return;
    throw error;
  }
}
