import { BlockList, isIP } from "node:net";
import { HearthError } from "./errors";
import { service } from "./tokens";

/** From where a request comes that came over no socket, as in tests. */
const HERE = "127.0.0.1";
/** What stands for an address that nobody knows any more; never a trusted one. */
const GONE = "0.0.0.0";

/** What of `Bun.serve` is needed: it knows the address of a request's socket. */
export interface Sockets {
  requestIP(request: Request): { readonly address: string } | null;
}

/**
 * Knows from which address a request came. A proxy that is trusted says so in `X-Forwarded-For`; of that list, the last address that
 * is no trusted proxy's counts, so that nobody can put one before it.
 */
export class CallerBook {
  readonly #trusted = new BlockList();
  /** Requests that stand for another, which the socket knows. */
  readonly #given = new WeakMap<Request, Request>();
  readonly #peers = new WeakMap<Request, string>();
  sockets: Sockets | undefined;

  /** @param proxies addresses, and networks as "10.0.0.0/8". @throws HearthError CONFIG for what is neither */
  constructor(proxies: readonly string[]) {
    for (const proxy of proxies) this.#trust(proxy);
  }

  /**
   * Takes note of a request as it comes in. A socket forgets its address when it closes, so the address of a request that may change
   * something is kept: nobody gets around a limit by hanging up.
   */
  meet(request: Request): void {
    if (request.method !== "GET") this.#peers.set(request, this.#peerOf(request));
  }

  /** Takes note that one request stands for another. Answers the first. */
  standsFor(request: Request, given: Request): Request {
    if (request !== given) this.#given.set(request, given);
    return request;
  }

  /** The address of a request's caller; an IPv4 address in IPv6 clothes is told as IPv4. */
  addressOf(request: Request): string {
    const first = this.#first(request);
    const peer = this.#peers.get(first) ?? this.#peerOf(first);
    const said = request.headers.get("x-forwarded-for");
    return said === null || !this.#trusts(peer) ? peer : this.#behind(peer, said);
  }

  #peerOf(request: Request): string {
    return this.sockets ? plain(this.sockets.requestIP(request)?.address ?? GONE) : HERE;
  }

  /** The method that the caller sent. Routes see a HEAD as a GET, and may change nothing for it. */
  methodOf(request: Request): string {
    return this.#first(request).method;
  }

  #first(request: Request): Request {
    const given = this.#given.get(request);
    return given ? this.#first(given) : request;
  }

  #behind(peer: string, said: string): string {
    let nearest = peer;
    for (const entry of said.split(",").reverse()) {
      const address = plain(entry.trim());
      if (isIP(address) === 0) return nearest;
      nearest = address;
      if (!this.#trusts(address)) return address;
    }
    return nearest;
  }

  #trusts(address: string): boolean {
    return this.#trusted.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
  }

  #trust(proxy: string): void {
    const network = networkOf(proxy);
    if (!network) throw new HearthError("CONFIG", `"${proxy}" is neither an address nor a network`);
    this.#trusted.addSubnet(network.address, network.bits, network.family);
  }
}

interface Network {
  readonly address: string;
  readonly bits: number;
  readonly family: "ipv4" | "ipv6";
}

/** Reads "10.0.0.0/8", or an address as a network of its own; nothing when it is neither. */
export function networkOf(text: string): Network | undefined {
  const [address = "", bits, ...more] = text.split("/");
  const version = isIP(address);
  const most = version === 6 ? 128 : 32;
  if (version === 0 || address.includes("%") || more.length > 0) return;
  if (bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) <= most)) return;
  return { address, bits: bits === undefined ? most : Number(bits), family: version === 6 ? "ipv6" : "ipv4" };
}

/** From which addresses requests come, as a service of the kernel. */
export type Callers = CallerBook;
export const Callers = service<CallerBook>("hearth.callers");

/** An address in the form it is known by: IPv4 out of its IPv6 clothes. */
function plain(address: string): string {
  const inside = /^::ffff:(?:(\d+\.\d+\.\d+\.\d+)|([\da-f]{1,4}):([\da-f]{1,4}))$/i.exec(address);
  if (!inside) return address;
  const [, dotted, high = "", low = ""] = inside;
  return dotted ?? [high, low].flatMap(pair => bytesOf(Number.parseInt(pair, 16))).join(".");
}

const bytesOf = (pair: number) => [pair >> 8, pair & 255];

/** What of an address stands for one household: all of IPv4, the first 64 bits of IPv6. Limits are counted by it. */
export function householdOf(given: string): string {
  const address = plain(given);
  if (isIP(address) !== 6) return address;
  const [head = "", tail] = address
    .replace(/%.*|\d+\.\d+\.\d+\.\d+$/, end => (end[0] === "%" ? "" : "0:0"))
    .split("::");
  const groups = (part: string) => part.split(":").filter(Boolean);
  const written = [...groups(head), ...groups(tail ?? "")].length;
  const all = tail === undefined ? groups(head) : [...groups(head), ...Array(8 - written).fill("0"), ...groups(tail)];
  const first = all.slice(0, 4).map(group => Number.parseInt(group, 16).toString(16));
  return `${first.join(":")}::/64`;
}
