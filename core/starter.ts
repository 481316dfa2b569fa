import { existsSync } from "node:fs";
import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";

/** Makes a home with a few starter files when there is none. Answers whether it did. */
export async function makeHome(home: string, root: string): Promise<boolean> {
  if (existsSync(home)) return false;
  await mkdir(home, { recursive: true });
  await cp(join(root, "templates", "home"), home, { recursive: true });
  return true;
}
