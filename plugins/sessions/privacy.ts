import { isAbsolute, relative, resolve } from "node:path";

/** How much of a tool call may be seen by everyone. */
export type Visibility = "open" | "call-only" | "hidden";

/** Tools whose reach is exactly the path they name. */
const pathTools = new Set(["read", "write", "edit", "multiedit", "notebookedit", "glob", "grep"]);

/**
 * Judges a tool call. What reaches into a private folder or out of the home is hidden, call and result; what could reach anything
 * (a shell, a search over the whole home, a tool of another server) shows that it was called, never what it answered.
 */
export function visibilityOf(
  name: string,
  input: unknown,
  home: string,
  privateFolders: readonly string[],
): Visibility {
  const given = (typeof input === "object" && input !== null ? input : {}) as Record<string, unknown>;
  if (!pathTools.has(name.toLowerCase()))
    return mentions(JSON.stringify(given), privateFolders) ? "hidden" : "call-only";
  if (name.toLowerCase() === "glob" && mentions(String(given["pattern"] ?? ""), privateFolders)) return "hidden";
  const path = [given["file_path"], given["path"], given["notebook_path"]].find(value => typeof value === "string");
  return typeof path === "string" ? visibilityOfPath(relative(home, resolve(home, path)), privateFolders) : "call-only";
}

/** @param path relative to the home */
function visibilityOfPath(path: string, privateFolders: readonly string[]): Visibility {
  if (path === "") return "call-only";
  const [first = "", ...rest] = path.split("/");
  const outside = first === ".." || isAbsolute(path);
  return outside || privateFolders.includes(first) || [first, ...rest].some(part => part.startsWith("."))
    ? "hidden"
    : "open";
}

/** Whether a text names one of the folders as a part of a path or as a word of a command. */
function mentions(text: string, folders: readonly string[]): boolean {
  return folders.some(folder =>
    new RegExp(`(^|[^\\w-])${folder.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}([^\\w-]|$)`, "i").test(text),
  );
}
