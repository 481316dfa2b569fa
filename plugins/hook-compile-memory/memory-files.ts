import { type Home, type HomeFile, messageOf, visibleText } from "hearth";

const FOLDER = "memory";
/** Who the agent is stands in each prompt anyway; a README speaks of the folder. */
const NOT_MEMORY = ["identity.md", "README.md"];
/** What the agent keeps for every day. */
const FIRST = "memory.md";
/** Bytes of one file, and of all together; nothing that is meant to be remembered is longer. */
const LARGEST = 2 ** 20;
const MOST = 4 * 2 ** 20;

/** A file of the agent's memory. */
export interface MemoryFile {
  /** As it may stand in a line of text. */
  readonly name: string;
  /** When it was last changed, `YYYY-MM-DD` in the house's time zone. */
  readonly day: string;
  /** Without secrets. */
  readonly text: string;
  /** Kept for the record: the last that is taken when room is short. */
  readonly isArchive: boolean;
}

/** The memory as it was found, the most important file first, and what was passed over, for people. */
export interface Memory {
  readonly files: readonly MemoryFile[];
  readonly notes: readonly string[];
}

/**
 * Reads `memory/*.md`: memory.md first, then the newest, archives last. A file that is huge, blank, not text or cannot be read is passed over.
 * @param redact takes secrets out of a text
 * @param dayOf the day of a moment, `YYYY-MM-DD`
 * @throws what the file system says when the folder leads out of the home
 */
export async function readMemory(
  home: Home,
  redact: (text: string) => string,
  dayOf: (ms: number) => string,
): Promise<Memory> {
  const files: MemoryFile[] = [];
  const notes: string[] = [];
  let left = MOST;
  for (const file of inOrder(await home.list(FOLDER))) {
    const name = oneLine(file.name);
    const read = file.size > Math.min(LARGEST, left) ? "it is too large" : await readPage(home, file.path);
    if (typeof read === "string") notes.push(`memory/${name} is left out: ${read}`);
    else if (read) {
      left -= file.size;
      files.push({ name, day: dayOf(file.mtimeMs), text: redact(read.text), isArchive: isArchive(file) });
    }
  }
  return { files, notes };
}

const inOrder = (files: readonly HomeFile[]): HomeFile[] =>
  files
    .filter(({ name }) => name.endsWith(".md") && !NOT_MEMORY.includes(name))
    .sort((a, b) => rankOf(a) - rankOf(b) || b.mtimeMs - a.mtimeMs || (a.name < b.name ? -1 : 1));

const rankOf = (file: HomeFile): number => (file.name === FIRST ? 0 : isArchive(file) ? 2 : 1);
const isArchive = ({ name }: HomeFile): boolean => /archive/i.test(name);

/** The text of a file; nothing when it is blank; else why it cannot be used. */
async function readPage(home: Home, path: string): Promise<{ readonly text: string } | string | undefined> {
  try {
    const text = (await home.read(path))?.text.trim();
    if (!text) return;
    return text.includes("\0") ? "it is not text" : { text };
  } catch (error) {
    return (error as { code?: string }).code ?? messageOf(error);
  }
}

/** A name is text from outside too, and may hold line ends. */
const oneLine = (name: string): string =>
  visibleText(name.replace(/[\n\t]/g, " "))
    .slice(0, 120)
    .toWellFormed();
