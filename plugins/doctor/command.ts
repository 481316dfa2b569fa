import { type Command, UsageError } from "hearth";
import { type Finding, findingLines } from "./findings";

/** `hearth doctor`. In the state folder itself, not in a copy of it: that folder is one of the walls. */
export const doctorCommand = (look: () => Promise<readonly Finding[]>): Command => ({
  id: "doctor",
  usage: "",
  summary: "which walls stand, which are weak, which are missing, and what to do; exit code 1 when one is missing",
  alone: true,
  async run(args, io) {
    if (args.length > 0) throw new UsageError("doctor takes no arguments");
    const findings = await look();
    for (const line of findingLines(findings)) io.print(line);
    return findings.some(({ state }) => state === "missing") ? 1 : 0;
  },
});
