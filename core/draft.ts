import { constants } from "node:fs";
import { copyFile, link, mkdir, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { writeFlushed } from "./files";

/** A file that is written and flushed, and that nobody sees yet: its name is hidden. It goes when it is disposed of. */
export class Draft implements AsyncDisposable {
  private constructor(
    readonly folder: string,
    readonly file: string,
  ) {}

  /**
   * Writes a draft in a folder, which is made when it is missing. Throws what the file system says, and leaves nothing then.
   * @param mode of the new file, 0644 when left out
   */
  static async in(folder: string, content: string | Uint8Array, mode = 0o644): Promise<Draft> {
    await mkdir(folder, { recursive: true });
    const draft = new Draft(folder, join(folder, `.${crypto.randomUUID()}.tmp`));
    try {
      await writeFlushed(draft.file, content, mode);
      return draft;
    } catch (error) {
      await draft[Symbol.asyncDispose]().catch(() => {}); // the first error says what is wrong
      throw error;
    }
  }

  /** Gives it a name, whole and at once. Answers false when the name is taken: nothing is ever replaced. */
  async publish(name: string): Promise<boolean> {
    try {
      await linkNew(this.file, join(this.folder, name));
      return true;
    } catch (error) {
      if (codeOf(error) === "EEXIST") return false;
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.file, { force: true });
  }
}

/** What file systems without hard links say, and what is said between two of them. */
const NO_LINKS = ["EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "EXDEV"];

/** Gives a file a second name, where the file system can; else copies it. @throws EEXIST when the name is taken: nothing is ever replaced */
export async function linkNew(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!NO_LINKS.includes(codeOf(error) ?? "")) throw error;
    await copyNew(from, to);
  }
}

/** Copies a file with its times to a name that must be free. @throws EEXIST when it is not; leaves no half copy */
export async function copyNew(from: string, to: string): Promise<void> {
  const { atime, mtime } = await stat(from);
  try {
    await copyFile(from, to, constants.COPYFILE_EXCL);
    await utimes(to, atime, mtime);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") await rm(to, { force: true });
    throw error;
  }
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;
