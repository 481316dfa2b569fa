import type { LogLine } from "./contract";

/** The lines of a session's log file, in order. A line that was torn by a crash is left out. */
export async function* readLog(path: string): AsyncGenerator<LogLine> {
  const file = Bun.file(path);
  if (!(await file.exists())) return;
  for (const line of (await file.text()).split("\n")) {
    const read = parseLine(line);
    if (read) yield read;
  }
}

/** One line of a log, or nothing when it is not whole. */
export function parseLine(line: string): LogLine | undefined {
  if (!line) return;
  try {
    const value = JSON.parse(line);
    return value && typeof value.n === "number" && typeof value.type === "string" ? value : undefined;
  } catch {
    return;
  }
}
