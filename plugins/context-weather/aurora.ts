import { z } from "zod";
import { type Ask, asLine } from "./web";

const PATH = "/products/noaa-planetary-k-index-forecast.json";

const kp = z.union([z.string(), z.number()]).transform(value => asLine(String(value), 10) ?? "");
/** A row as a list (time, Kp, kind…), or as an object with those names: the service has used both. */
const Row = z.union([
  z.tuple([z.string(), kp, z.string()], z.unknown()).transform(([time, value, kind]) => ({ time, value, kind })),
  z
    .object({ time_tag: z.string(), kp, observed: z.string() })
    .transform(row => ({ time: row.time_tag, value: row.kp, kind: row.observed })),
]);

/** The newest Kp that was really observed, as the service writes it. Throws when there is no answer or none in it. */
export async function askKp(ask: Ask, base: string, signal: AbortSignal): Promise<string> {
  const rows: unknown = JSON.parse(await ask(base + PATH, signal));
  if (!Array.isArray(rows)) throw new Error("the space weather service answered in another shape");
  const observed = rows
    .map(row => Row.safeParse(row).data)
    .filter(row => row && row.time !== "time_tag" && row.kind === "observed");
  const value = observed.at(-1)?.value;
  if (!value || Number.isNaN(Number(value))) throw new Error("the space weather service names no observed Kp");
  return value;
}

/** The aurora's line: the value as it came, and what it means at night. */
export const auroraText = (value: string): string => `Aurora: Kp ${value} — ${auroraWord(Number(value))}`;

function auroraWord(value: number): string {
  const level = roundHalfEven(value);
  if (level >= 5) return "active";
  if (level === 4) return "likely tonight";
  return level === 3 ? "possible tonight" : "quiet";
}

/** Halves go to the even neighbour: 2.5 is 2, 3.5 is 4. */
export function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
