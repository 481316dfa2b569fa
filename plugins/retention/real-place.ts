import { realpath } from "node:fs/promises";
import { join } from "node:path";

/** Something in the way of a path is a link: what lies behind it is another's, and is let be. */
export class IsLink extends Error {}

/**
 * The real path of something right where it should be, below a root; nothing when it is not there.
 * @throws IsLink when any part of its path below the root is a link, wherever that leads
 */
export async function realPlace(root: string, path: string): Promise<string | undefined> {
  const base = await realpath(root);
  const place = join(base, path);
  const real = await realpath(place).catch(error => {
    if (["ENOENT", "ENOTDIR"].includes(error.code)) return undefined;
    throw error;
  });
  if (real !== undefined && real !== place) throw new IsLink(`${path} is a link, or lies behind one`);
  return real;
}
