import { isIP } from "node:net";
import { ToolRefusal } from "hearth-plugins/tools";
import type { WebReach } from "./web-reach";

/** An address of the web, and where it will be called: nowhere else, whatever its name says a moment later. */
export interface Place {
  readonly url: URL;
  readonly addresses: readonly string[];
}

/** Reads an address of the web. @throws ToolRefusal for what is none, or no https */
export function webUrl(text: string, base?: URL): URL {
  const url = URL.parse(text, base?.href);
  if (!url) throw new ToolRefusal(`"${text.slice(0, 200)}" is no address; write it whole: https://example.org/page`);
  if (url.protocol !== "https:") throw new ToolRefusal(`only https is read, and this is ${url.protocol} (${url.host})`);
  if (url.username !== "" || url.password !== "")
    throw new ToolRefusal("an address with a name or password in it is not read");
  url.hash = "";
  return url;
}

/** Finds where an address leads, and checks all of it. @throws ToolRefusal when any of it is no place on the open internet */
export async function placeOf(url: URL, reach: WebReach, signal: AbortSignal): Promise<Place> {
  const name = url.hostname.replace(/^\[|\]$/g, "");
  const addresses = isIP(name) ? [name] : await addressesOf(name, reach, signal);
  if (addresses.length === 0 || !addresses.every(address => reach.allows(address)))
    throw new ToolRefusal(`${url.hostname} is not on the open internet, and is not read`);
  return { url, addresses };
}

async function addressesOf(name: string, reach: WebReach, signal: AbortSignal): Promise<readonly string[]> {
  const { promise: gone, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  try {
    signal.throwIfAborted();
    return await Promise.race([gone, reach.resolve(name).catch(unknownName(name))]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

const unknownName = (name: string) => (): never => {
  throw new ToolRefusal(`the name ${name} is not known`);
};
