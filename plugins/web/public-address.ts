import { BlockList, isIP } from "node:net";
import { networkInterfaces } from "node:os";

/** IPv4 networks that are not the open internet (IANA's special-purpose registry), and addresses of clouds that only their machines should ask. */
const closed4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10", // carriers' networks; a cloud's metadata at 100.100.100.200
  "127.0.0.0/8",
  "168.63.129.16/32", // a cloud's own service
  "169.254.0.0/16", // link-local; metadata of most clouds at 169.254.169.254
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.31.196.0/24",
  "192.52.193.0/24",
  "192.88.99.0/24", // the way to 6to4
  "192.168.0.0/16",
  "192.175.48.0/24",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
];

/** All of IPv6 that is given out to anyone: loopback, link-local, private, mapped and NAT64 addresses lie outside. */
const open6 = "2000::/3";
/** What lies in it and leads elsewhere: protocols' own and Teredo, documents, 6to4. */
const closed6 = ["2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"];

const refused = new BlockList();
for (const network of closed4) add(refused, network, "ipv4");
for (const network of closed6) add(refused, network, "ipv6");
const given = new BlockList();
add(given, open6, "ipv6");

function add(list: BlockList, network: string, family: "ipv4" | "ipv6"): void {
  const [address, bits] = network.split("/") as [string, string];
  list.addSubnet(address, Number(bits), family);
}

/** Whether an address is on the open internet, and not this machine's. */
export function isPublic(address: string): boolean {
  if (isOwn(address)) return false;
  if (isIP(address) === 4) return !refused.check(address, "ipv4");
  return (
    isIP(address) === 6 && !address.includes("%") && given.check(address, "ipv6") && !refused.check(address, "ipv6")
  );
}

/** Also the address under which others reach this machine leads behind its firewall when it asks itself. */
function isOwn(address: string): boolean {
  return Object.values(networkInterfaces())
    .flat()
    .some(one => one?.address === address);
}
