import { type Command, type HomeFolder, UsageError } from "hearth";
import type { Letterbox } from "hearth-plugins/letterbox";
import { archivedLines, waitingLines } from "./visitor-list";

/** `hearth visitors` */
export const visitorsCommand = (home: HomeFolder, letterbox: Letterbox): Command => ({
  id: "visitors",
  usage: "[--all]",
  summary: "what visitors left; --all with what the agent was shown already",
  async run(args, { print }) {
    if (args.some(arg => arg !== "--all")) throw new UsageError("visitors takes --all and nothing else");
    const archived = args.length > 0 ? await archivedLines(home) : undefined;
    const waiting = await waitingLines(home);
    for (const line of [...(archived ?? []), ...waiting]) print(line);
    const held = letterbox.held();
    print(
      [
        `${waiting.length} in visitors/`,
        archived && `${archived.length} archived`,
        `${held} held${held > 0 ? ": `hearth quarantine` shows what is held" : ""}`,
      ]
        .filter(Boolean)
        .join(", "),
    );
  },
});
