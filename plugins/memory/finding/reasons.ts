import { ago, daysSince } from "./days";

/** What speaks for a passage. */
export interface Grounds {
  readonly similarity: number | null;
  readonly words: readonly string[];
  readonly date: string | null;
}

/** Words that are named; of more it says how many. */
const NAMED = 4;

/** Why a passage was found, in one sentence. @param today begins with `YYYY-MM-DD` */
export function reasonOf({ similarity, words, date }: Grounds, today: string): string {
  const parts = [
    similarity === null ? [] : [`${nearness(similarity)} (${similarity.toFixed(2)})`],
    words.length === 0 ? [] : [`has ${listed(words)}`],
    date === null ? [] : [ago(daysSince(date, today))],
  ];
  return parts.flat().join("; ");
}

function nearness(similarity: number): string {
  if (similarity >= 0.6) return "close in meaning";
  return similarity >= 0.35 ? "somewhat close in meaning" : "not close in meaning";
}

function listed(words: readonly string[]): string {
  const named = words.slice(0, NAMED).map(word => `“${word}”`);
  const more = words.length > NAMED ? [`${words.length - NAMED} more`] : [];
  return new Intl.ListFormat("en", { style: "long" }).format([...named, ...more]);
}
