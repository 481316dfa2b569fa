import { existsSync, readdirSync, realpathSync } from "node:fs";
import { join } from "node:path";

let shared = false;

/**
 * Lets a plugin that lies outside Hearth's folder import "hearth", "hearth-plugins/…", "elysia" and "zod":
 * it gets Hearth's own copies, so that tokens, schemas and routes are the same things on both sides.
 * @param folder of the plugin; nothing is done when it reaches Hearth's copy by itself
 */
export function shareModules(root: string, folder: string): void {
  if (shared || reaches(root, folder)) return;
  shared = true;
  Bun.plugin({
    name: "hearth-modules",
    setup(build) {
      for (const id of sharedIds(root))
        build.module(id, async () => ({ loader: "object", exports: await import(Bun.resolveSync(id, root)) }));
    },
  });
}

function reaches(root: string, folder: string): boolean {
  try {
    return realpathSync(Bun.resolveSync("hearth", folder)) === realpathSync(Bun.resolveSync("hearth", root));
  } catch {
    return false;
  }
}

const sharedIds = (root: string): string[] => {
  const contracts = readdirSync(join(root, "plugins")).filter(id =>
    existsSync(join(root, "plugins", id, "contract.ts")),
  );
  return ["hearth", "hearth/testing", "elysia", "zod", ...contracts.map(id => `hearth-plugins/${id}`)];
};
