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
  const isGlob = name.toLowerCase() === "glob";
  const pattern = isGlob ? String(given["pattern"] ?? "") : "";
  if (mentions(pattern, privateFolders)) return "hidden";
  const paths = [given["file_path"], given["path"], given["notebook_path"]].filter(value => typeof value === "string");
  const seen = paths.map(path => visibilityOfPath(relative(home, resolve(home, path)), privateFolders));
  if (seen.includes("hidden")) return "hidden";
  // A pattern may climb out of the folder that it is given.
  return seen.length === 0 || seen.includes("call-only") || /^\/|\.\./.test(pattern) ? "call-only" : "open";
}

/** @param path relative to the home */
function visibilityOfPath(path: string, privateFolders: readonly string[]): Visibility {
  if (path === "") return "call-only";
  const [first = "", ...rest] = path.split("/");
  const outside = first === ".." || isAbsolute(path);
  const isPrivate = privateFolders.some(folder => folder.toLowerCase() === first.toLowerCase()); // some disks know no case
  return outside || isPrivate || [first, ...rest].some(part => part.startsWith(".")) ? "hidden" : "open";
}

/** Whether a text names one of the folders as a part of a path or as a word of a command. */
function mentions(text: string, folders: readonly string[]): boolean {
  return folders.some(folder =>
    new RegExp(`(^|[^\\w-])${folder.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}([^\\w-]|$)`, "i").test(text),
  );
}
