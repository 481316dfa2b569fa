import { z } from "zod";

/** A service's base, without the slashes at its end. */
const base = (url: string) =>
  z
    .url()
    .overwrite(text => text.replace(/\/+$/, ""))
    .default(url);

/** The plugin's table in the config file. */
export const Settings = z.strictObject({
  place: z
    .string()
    .trim()
    .min(1)
    .optional()
    .describe('Where the home is, as in "Helsinki"; without it there is no weather and nothing is asked'),
  weatherUrl: base("https://wttr.in").describe("A service that answers like wttr.in"),
  spaceWeatherUrl: base("https://services.swpc.noaa.gov").describe(
    "A service that answers like NOAA's space weather centre",
  ),
  timeout: z.number().positive().default(5).describe("Seconds that one request may take"),
  userAgent: z.string().min(1).default("Hearth/1.0").describe("How the requests introduce themselves"),
  budgets: z
    .strictObject({
      weather: z.int().positive().default(300).describe("Characters at the most"),
      light: z.int().positive().default(600).describe("Characters at the most"),
    })
    .prefault({})
    .describe("Characters at the most, by source"),
});
export type Settings = z.output<typeof Settings>;
