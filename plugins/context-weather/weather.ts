import { type Ask, asLine } from "./web";

/** What the prompt says when the weather cannot be known. */
export const unavailable = (place: string): string => `Weather in ${place}: (unavailable)`;

/** One line: sky, temperature, wind. Throws when the service does not answer, or does not know the place. */
export async function weatherText(ask: Ask, base: string, place: string, signal: AbortSignal): Promise<string> {
  const format = encodeURIComponent("%C, %t, wind %w");
  const answer = asLine(await ask(`${base}/${encodeURIComponent(place)}?format=${format}`, signal));
  if (!answer) throw new Error("the weather service answered with nothing");
  if (/unknown location/i.test(answer)) throw new Error(`the weather service does not know ${place}`);
  if (answer.startsWith("<")) throw new Error("the weather service answered with a page");
  return `Weather in ${place}: ${answer}`;
}
