import { existsSync, realpathSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";

const PACKAGE = "@anthropic-ai/claude-code";

/**
 * The path of the CLI's native binary.
 * @param wanted an absolute path, or a name on `path`; the npm dependency's binary when left out
 * @throws Error that says what is missing and what to do
 */
export function findExecutable(wanted: string | undefined, path: string | undefined): string {
  if (wanted === undefined) return fromPackage();
  const found = isAbsolute(wanted) ? existsSync(wanted) && wanted : Bun.which(wanted, { PATH: path ?? "" });
  if (found) return found;
  throw new Error(`the Claude CLI is not at "${wanted}"; correct the setting "executable"`);
}

/** The package's own `bin` is a stub until a postinstall script has run, which Bun does not run; the binary is in a package per platform. */
function fromPackage(): string {
  const wrapper = resolved(PACKAGE, import.meta.dir);
  // Package managers that isolate put the platform's package next to the wrapper's real place, not next to its link.
  const place = wrapper && dirname(realpathSync(wrapper));
  for (const platform of place ? platforms() : []) {
    const manifest = resolved(`${PACKAGE}-${platform}`, place!);
    const binary = manifest && join(dirname(manifest), process.platform === "win32" ? "claude.exe" : "claude");
    if (binary && existsSync(binary)) return realpathSync(binary);
  }
  throw new Error(
    `the Claude CLI is not installed for ${process.platform}-${process.arch}; run "bun install", or set "executable" to where it is`,
  );
}

function platforms(): string[] {
  const plain = `${process.platform}-${process.arch}`;
  const both = [plain, `${plain}-musl`];
  return existsSync("/etc/alpine-release") ? both.reverse() : both;
}

const resolved = (name: string, from: string): string | undefined => {
  try {
    return Bun.resolveSync(`${name}/package.json`, from);
  } catch {
    return;
  }
};
