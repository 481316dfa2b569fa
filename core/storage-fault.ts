/** Why nothing can be written, by the code of the file system or of SQLite. */
const reasons: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EROFS: "the disk is read-only",
  SQLITE_FULL: "the disk is full",
  SQLITE_IOERR_SHMSIZE: "the disk is full",
  SQLITE_READONLY: "the disk is read-only",
};

/** Why an error means that nothing can be written, in words; nothing for any other error. */
export function storageFault(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === "string" && Object.hasOwn(reasons, code) ? reasons[code] : undefined;
}
