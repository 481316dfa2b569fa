import { readLog, type Session } from "hearth-plugins/sessions";

/** The paths of the files that a session was shown: those of its messages, and those that its agent opened. As they were named, absolute or relative to the home; each once. */
export async function shownPaths(session: Session): Promise<string[]> {
  const carried = session.messages.flatMap(({ file }) => file ?? []);
  return [...new Set([...carried, ...(await openedPaths(session.log))])];
}

/** What the agent opened with Read, and got to see. */
async function openedPaths(log: string): Promise<string[]> {
  const asked = new Map<string, string>();
  const opened: string[] = [];
  for await (const line of readLog(log)) {
    if (line.type === "tool" && line.name === "Read") asked.set(line.id, pathIn(line.input));
    const path = line.type === "tool_result" && !line.isError ? asked.get(line.id) : undefined;
    if (path) opened.push(path);
  }
  return opened;
}

function pathIn(input: unknown): string {
  const path = (input as { file_path?: unknown } | null)?.file_path;
  return typeof path === "string" ? path : "";
}
