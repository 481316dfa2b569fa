import { z } from "zod";

/** A key travels in a header: what cannot stand in one is refused here, without repeating it. */
const Key = z.string().regex(/^[\x21-\x7e]+$/, { error: "visible ASCII characters without blanks" });

const Address = z.url({ protocol: /^https?$/, error: "an address that begins with https:// or http://" });

/** The plugin's table in the config file. */
export const Settings = z.strictObject({
  searchKey: Key.optional().describe("The key of the Brave Search API; without it there is no web_search"),
  searchUrl: Address.default("https://api.search.brave.com").describe("Where that API is"),
  searches: z.int().positive().max(1000).default(20).describe("Searches in one session"),
  reads: z.int().positive().max(1000).default(40).describe("Pages in one session"),
  seconds: z.number().positive().max(60).default(15).describe("Seconds that a page may take, all redirects together"),
  mostBytes: z
    .int()
    .min(1024)
    .max(64 * 2 ** 20)
    .default(4 * 2 ** 20)
    .describe("Bytes that a page may have, as sent and as unpacked"),
});
export type Settings = z.output<typeof Settings>;
