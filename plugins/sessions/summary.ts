/** What a tool call does, in a few words for people who watch. @param home prefix that is taken off paths */
export function toolSummary(name: string, input: unknown, home: string): string {
  const given = (typeof input === "object" && input !== null ? input : {}) as Record<string, unknown>;
  const text = (key: string) => (typeof given[key] === "string" ? given[key] : "");
  const path = () => (text("file_path") || text("path")).replaceAll(`${home}/`, "/");
  switch (name.toLowerCase()) {
    case "read":
      return `Reading ${path()}`;
    case "write":
      return `Writing ${path()}`;
    case "edit":
      return `Editing ${path()}`;
    case "bash":
      return text("description") || `Running: ${text("command").slice(0, 80)}`;
    case "glob":
      return `Searching for ${text("pattern")}`;
    case "grep":
      return `Searching for '${text("pattern")}'`;
    default:
      return `Using ${name.replace(/^mcp__.+?__/, "")}`;
  }
}
