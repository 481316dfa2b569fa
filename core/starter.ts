import { existsSync } from "node:fs";
import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";

/** Rooms that a house has before anybody has written in them; a template cannot hold an empty folder. */
const rooms = ["thoughts", "dreams"];

/** Makes a home with a few starter files when there is none. Answers whether it did. */
export async function makeHome(home: string, root: string): Promise<boolean> {
  if (existsSync(home)) return false;
  await mkdir(home, { recursive: true });
  await cp(join(root, "templates", "home"), home, { recursive: true });
  for (const room of rooms) await mkdir(join(home, room), { recursive: true });
  return true;
}
