import type { Passage } from "hearth-plugins/memory";
import type { Resonance } from "./contract";
import { quoteOf } from "./quote";

export const pathOfDay = (day: string): string => `data/resonances/${day}.md`;

/** The resonances of a day, for the agent to read. */
export const dayText = (day: string, resonances: readonly Resonance[]): string =>
  [
    `---\ndate: ${day}\npairs_found: ${resonances.length}\n---\n\n# Resonances of ${day}\n`,
    ...resonances.map(pairText),
  ].join("\n");

const pairText = ({ a, b, similarity }: Resonance, index: number): string =>
  `## ${index + 1}. ${similarity.toFixed(2)}\n\n${endText(a)}\n${endText(b)}`;

const endText = ({ path, date, text }: Passage): string => `**${path}** (${date ?? "undated"})\n\n> ${quoteOf(text)}\n`;
