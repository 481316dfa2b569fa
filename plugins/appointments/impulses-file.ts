import { stat } from "node:fs/promises";
import { type Home, jsonValue, messageOf } from "hearth";
import type { Impulse } from "./contract";
import { impulseOf } from "./impulse";

const IMPULSES_FILE = "data/impulses.json";
/** Bytes; more impulses than fit into it nobody has. */
const LARGEST = 2 ** 20;

/**
 * The impulses as they are written, those that are over too; "missing" when there is no file, "unusable" when there is nothing in it that can be used.
 * @param note tells people why not, and what was passed over
 */
export async function readImpulses(
  home: Home,
  timeZone: string,
  note: (text: string) => void,
): Promise<readonly Impulse[] | "missing" | "unusable"> {
  const given = await readList(home);
  if (given === undefined) return "missing";
  if (typeof given === "string") {
    note(`${IMPULSES_FILE} is passed over: ${given}`);
    return "unusable";
  }
  const impulses = given.map(one => impulseOf(one, timeZone)).filter(one => one !== undefined);
  const broken = given.length - impulses.length;
  if (broken > 0)
    note(`${IMPULSES_FILE}: ${broken} of ${given.length} passed over, without words or without a time in expires_at`);
  return impulses;
}

/** The list in the file; nothing when there is no file, else why it cannot be used. */
async function readList(home: Home): Promise<readonly unknown[] | string | undefined> {
  try {
    const info = await stat(await home.resolve(IMPULSES_FILE));
    if (!info.isFile()) return "it is not a file";
    if (info.size > LARGEST) return `it is larger than ${LARGEST / 2 ** 20} MiB`;
    const text = (await home.read(IMPULSES_FILE))?.text;
    return text === undefined ? undefined : listIn(text);
  } catch (error) {
    const { code } = error as { code?: string };
    return code === "ENOENT" || code === "ENOTDIR" ? undefined : (code ?? messageOf(error));
  }
}

function listIn(text: string): readonly unknown[] | string {
  const list = jsonValue(text);
  if (list === undefined) return "it is not JSON";
  return Array.isArray(list) ? list : "it is not a list";
}
