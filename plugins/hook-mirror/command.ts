import { type Command, UsageError } from "hearth";
import { dataFile } from "hearth-plugins/hook-drift";
import { SUMMARY_FILE } from "./keep";
import type { Mirror } from "./mirror";

/** `hearth mirror` */
export const mirrorCommand = (mirror: Mirror): Command => ({
  id: "mirror",
  usage: "[show|reflect]",
  summary: "what has changed in what the agent writes; reflect looks anew",
  alone: true,
  async run([what = "show", ...more], { print, signal }) {
    if (more.length > 0 || !["show", "reflect"].includes(what)) throw new UsageError("mirror takes show or reflect");
    const page =
      what === "reflect"
        ? (await mirror.look(signal)).summary
        : await dataFile(mirror.sources.home, SUMMARY_FILE, 2 ** 20);
    for (const line of (page ?? "Nobody has looked yet: `hearth mirror reflect`").trimEnd().split("\n")) print(line);
  },
});
