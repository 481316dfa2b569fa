/** Names that editors and writers use for a moment: by their end, never by how a title begins. */
const ENDINGS = /(~|\.(swp|swo|swn|swx|tmp|temp))$/i;
/** Vim asks whether it may write a folder by making this one. */
const PROBE = "4913";
/** Emacs keeps what is not saved yet in `#name#`. */
const UNSAVED = /^#.*#$/;

/** Folders that tools fill by the thousand. */
const FILLED = ["node_modules", "__pycache__"];

const passes = (name: string) =>
  name.startsWith(".") || name === PROBE || FILLED.includes(name) || ENDINGS.test(name) || UNSAVED.test(name);

/** Whether a path (relative to the home) is a temporary or hidden file, or lies in a folder that is hidden or filled by tools. */
export const isPassing = (path: string): boolean => path.split("/").some(passes);
