import { mkdir, stat } from "node:fs/promises";
import type { Home } from "hearth";
import { FOLDER, threadPath } from "./threads";

/** Whether letters lie under a name: they are somebody's, whoever has an account. */
export const hasThread = async (home: Home, username: string): Promise<boolean> =>
  stat(await home.resolve(threadPath(username))).then(
    () => true,
    () => false,
  );

/** Makes the folder of somebody's letters. */
export async function makeFolder(home: Home, username: string): Promise<void> {
  await mkdir(await home.resolve(`${FOLDER}/${username}`), { recursive: true });
}
