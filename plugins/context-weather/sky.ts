import { z } from "zod";
import { type Ask, asLine } from "./web";

/** The sun and the moon of one day, as far as the service tells. */
export interface Sky {
  /** The place's own date, YYYY-MM-DD; absent when the service does not say. */
  readonly day?: string | undefined;
  readonly sunrise?: string | undefined;
  readonly sunset?: string | undefined;
  readonly moonPhase?: string | undefined;
  /** Per cent. */
  readonly moonLight?: string | undefined;
}

const word = z
  .union([z.string(), z.number()])
  .transform(value => asLine(String(value), 40))
  .optional()
  .catch(undefined);

const Forecast = z.object({
  weather: z.tuple(
    [
      z.looseObject({
        date: z.iso.date().optional().catch(undefined),
        astronomy: z.tuple(
          [z.object({ sunrise: word, sunset: word, moon_phase: word, moon_illumination: word })],
          z.unknown(),
        ),
      }),
    ],
    z.unknown(),
  ),
});

/** Today's sky. Throws when the service does not answer or answers something else. */
export async function askSky(ask: Ask, base: string, place: string, signal: AbortSignal): Promise<Sky> {
  const answer = JSON.parse(await ask(`${base}/${encodeURIComponent(place)}?format=j1`, signal));
  const read = Forecast.safeParse(answer);
  if (!read.success) throw new Error("the weather service answered in another shape");
  const [
    {
      date,
      astronomy: [sky],
    },
  ] = read.data.weather;
  return {
    day: date,
    sunrise: sky.sunrise,
    sunset: sky.sunset,
    moonPhase: sky.moon_phase,
    moonLight: sky.moon_illumination,
  };
}

/** The moon's line; nothing when either part is missing. */
export const moonText = ({ moonPhase, moonLight }: Sky): string | undefined =>
  moonPhase && moonLight ? `Moon: ${moonPhase} (${moonLight}%)` : undefined;
