import { onOneLine } from "hearth";
import type { Passage } from "hearth-plugins/memory";
import { agentTool } from "hearth-plugins/tools";
import { z } from "zod";
import type { Resonance, Resonances } from "./contract";
import { quoteOf } from "./quote";

/** The tool `resonance_today`: the pairs of this day. */
export const todayTool = (resonances: Resonances) =>
  agentTool({
    name: "resonance_today",
    description:
      "Tells which passages of different works of yours were found today to say something alike, though they were written at other times and in other words. Use it when you look for what returns in you. After a session there may be new ones.",
    input: z.strictObject({}),
    effect: "read",
    async run() {
      const pairs = await resonances.today();
      return pairs.length > 0 ? pairs.map(pairText).join("\n\n") : "Nothing has resonated today.";
    },
  });

const pairText = ({ similarity, a, b }: Resonance, index: number): string =>
  [`${index + 1}. alike by ${similarity.toFixed(2)}`, endText(a), endText(b)].join("\n");

const endText = ({ path, date, text }: Passage): string =>
  `   ${onOneLine(path)} (${date ?? "without a date"})\n   > ${onOneLine(quoteOf(text))}`;
