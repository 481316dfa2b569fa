import { lookup } from "node:dns/promises";
import { isPublic } from "./public-address";

/** How the web is reached; a test has its own. */
export interface WebReach {
  /** The addresses of a name. */
  resolve(name: string): Promise<readonly string[]>;
  /** Whether an address may be called. */
  allows(address: string): boolean;
  /** Who is believed beside the certificate authorities everyone knows, as PEM. */
  readonly ca?: string;
}

/** The open internet. */
export const openWeb: WebReach = {
  resolve: async name => (await lookup(name, { all: true })).map(({ address }) => address),
  allows: isPublic,
};
