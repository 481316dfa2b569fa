import { isUtf8 } from "node:buffer";
import { type Home, jsonObject } from "hearth";
import type { Ailing } from "./ailing";
import { Refused, readHomeFile, type Why } from "./home-file";

/** Bytes of a text at the most; a larger one is as good as none. */
const LARGEST = 1_048_576;

/** A text of the home. */
export interface HomeText {
  /** Line ends are "\n"; without a byte order mark. */
  readonly text: string;
  /** When it was written, in nanoseconds since 1970. */
  readonly mtimeNs: bigint;
}

/** A JSON object of the home. */
export interface HomeObject {
  readonly keys: object;
  readonly mtimeNs: bigint;
}

interface Reading {
  readonly found?: HomeText;
  readonly problem?: string;
}

const problems: Readonly<Record<Exclude<Why, "missing">, string>> = {
  outside: "is a link, or in a folder that is one, and leads out of its folder",
  "no file": "is no regular file",
  "too large": `is larger than ${LARGEST} bytes`,
  unreadable: "cannot be read: permission denied",
};

/** Reads texts at known places of the home. What is wrong with one is told, and never an error. */
export class HomeTexts {
  constructor(
    readonly home: Home,
    readonly ailing: Ailing,
  ) {}

  /** A text; nothing when it cannot be shown. Bytes that are not UTF-8 become U+FFFD. */
  async text(folder: string, name: string): Promise<HomeText | undefined> {
    const { found, problem } = await this.#read(folder, name);
    this.ailing.report(`${folder}/${name}`, problem);
    return found;
  }

  /** The keys of a JSON object, and when it was written; nothing when it cannot be read or is something else. */
  async object(folder: string, name: string): Promise<HomeObject | undefined> {
    const { found, problem } = await this.#read(folder, name);
    const keys = found && jsonObject(found.text);
    this.ailing.report(`${folder}/${name}`, found && !keys ? "is no JSON object" : problem);
    return keys && { keys, mtimeNs: found.mtimeNs };
  }

  async #read(folder: string, name: string): Promise<Reading> {
    try {
      const { bytes, mtimeNs } = await readHomeFile(this.home.path, folder, name, { largest: LARGEST });
      const found = { text: new TextDecoder().decode(bytes).replace(/\r\n?/g, "\n"), mtimeNs };
      return isUtf8(bytes) ? { found } : { found, problem: "is not UTF-8: what cannot be read is shown as \uFFFD" };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return error.why === "missing" ? {} : { problem: problems[error.why] };
    }
  }
}

/** What a key of a JSON object says, as text; nothing for what is no text, number or truth value. */
export function wordOf(keys: object | undefined, key: string): string | undefined {
  const value: unknown = keys && Object.hasOwn(keys, key) ? keys[key as never] : undefined;
  return ["string", "number", "boolean"].includes(typeof value) ? String(value) : undefined;
}
