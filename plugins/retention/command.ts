import { type Command, UsageError } from "hearth";
import type { Swept } from "./sweep";

/** `hearth retention` */
export const retentionCommand = (sweep: (dryRun: boolean) => Promise<readonly Swept[]>): Command => ({
  id: "retention",
  usage: "[--dry-run]",
  summary: "deletes what is older than the settings say; --dry-run only counts it",
  alone: true,
  async run(args, io) {
    const dryRun = args.includes("--dry-run");
    if (args.length > (dryRun ? 1 : 0)) throw new UsageError("retention takes --dry-run or nothing");
    const swept = await sweep(dryRun);
    for (const one of swept) io.print(`${one.kind.padEnd(16)}  ${one.where.padEnd(28)}  ${outcomeOf(one, dryRun)}`);
    return swept.some(({ problem }) => problem !== undefined) ? 1 : 0;
  },
});

function outcomeOf(swept: Swept, dryRun: boolean): string {
  const { days, problem } = swept;
  if (days === false) return "kept";
  if (problem !== undefined) return `not seen to: ${problem}`;
  return `${days} ${days === 1 ? "day" : "days"}: ${amountOf(swept)} ${dryRun ? "would go" : "gone"}`;
}

/** "3 files, 1 folder, 12 KiB" */
export function amountOf({ files, lines, folders, bytes }: Swept): string {
  const counts = [counted(files, "file"), counted(lines, "line"), counted(folders, "folder")].filter(Boolean);
  if (counts.length === 0) return "nothing";
  return `${counts.join(", ")}, ${Math.ceil(bytes / 1024)} KiB`;
}

const counted = (count: number, what: string): string =>
  count === 0 ? "" : `${count} ${what}${count === 1 ? "" : "s"}`;
