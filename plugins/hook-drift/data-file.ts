import { stat } from "node:fs/promises";
import { type Home, jsonObject } from "hearth";

/**
 * A text file of the home that programs write and the agent could have changed. Nothing when there is none.
 * @param most bytes it may have
 * @throws Error for people when it cannot be used: a folder, a pipe (which is not waited for), a file that is too large
 */
export async function dataFile(home: Home, path: string, most: number): Promise<string | undefined> {
  const info = await stat(await home.resolve(path)).catch(error => {
    if (["ENOENT", "ENOTDIR"].includes(error.code)) return undefined;
    throw new Error(`${path} cannot be read (${error.code})`);
  });
  if (!info) return undefined;
  if (!info.isFile()) throw new Error(`${path} is not a file`);
  if (info.size > most) throw new Error(`${path} has ${info.size} bytes; ${most} are allowed`);
  return (await home.read(path))?.text;
}

/** The same as an object of JSON. @throws Error for people when it is not one */
export async function dataObject(home: Home, path: string, most: number): Promise<Record<string, unknown> | undefined> {
  const text = await dataFile(home, path, most);
  if (text === undefined) return undefined;
  const value = jsonObject(text);
  if (!value) throw new Error(`${path} is not a JSON object`);
  return value;
}
