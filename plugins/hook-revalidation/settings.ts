import { z } from "zod";
import type { Frontend } from "./post";

/** A secret travels in a header: what cannot stand in one is refused here, without repeating it. */
const Secret = z.string().regex(/^[\x21-\x7e]+$/, { error: "visible ASCII characters without blanks" });

const Address = z
  .url({ protocol: /^https?$/, error: "an address that begins with https:// or http://" })
  .refine(text => !URL.parse(text)?.username && !URL.parse(text)?.password, {
    error: "an address without a user or a password",
  });

/** The plugin's table in the config file. */
export const Settings = z.strictObject({
  url: Address.optional().describe("Where the frontend is told; nothing is told when it is left out"),
  secret: Secret.optional().describe("What the frontend knows Hearth by; nothing is told when it is left out"),
  timeout: z.number().positive().max(300).default(10).describe("Seconds that a call may take, redirects included"),
  quiet: z
    .number()
    .positive()
    .max(3600)
    .default(2)
    .describe("Seconds in which several uploads become one call; a call that failed waits longer"),
});
export type Settings = z.output<typeof Settings>;

/** The frontend that the settings name, or what they do not say of it. */
export function frontendOf({ url, secret, timeout }: Settings): Frontend | string {
  if (url && secret) return { url: new URL(url), secret, timeout };
  return [!url && "url", !secret && "secret"].filter(Boolean).join(" and ");
}
