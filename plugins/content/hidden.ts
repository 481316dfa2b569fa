/** Names that no tree shows, beside those that begin with a dot. */
const names = new Set(["node_modules", "__pycache__"]);
/** What holds keys, by the end of its name. */
const secretEnd = /.\.(?:key|pem|env)$/i;

/** Whether a file or folder of this name stays out of trees, and out of reach: hidden ones, secrets, what tools leave behind. */
export const isHidden = (name: string): boolean => name.startsWith(".") || names.has(name) || secretEnd.test(name);

/** Whether anything on a path is hidden. "." and doubled slashes lead nowhere and hide nothing. */
export const isHiddenPath = (path: string): boolean => segmentsOf(path).some(isHidden);

/** The names on a path. */
export const segmentsOf = (path: string): string[] => path.split("/").filter(name => name !== "" && name !== ".");
