import { isIP } from "node:net";
import type { WallLook } from "hearth";

const isLoopback = (host: string) =>
  host === "localhost" ||
  host.endsWith(".localhost") ||
  host === "[::1]" ||
  host === "::1" ||
  (isIP(host) === 4 && host.startsWith("127."));

/** Who reaches the API. @param host that it listens on */
export const hostLook = (host: string): WallLook =>
  isLoopback(host)
    ? { state: "ok", what: `the API listens on ${host}: only this machine reaches it` }
    : {
        state: "weak",
        what: `the API listens on ${host}: whoever reaches this machine reaches it, and without TLS the service key can be read on the way`,
        todo: 'set http.host = "127.0.0.1" and put a proxy with TLS before it, or let nobody but that proxy reach the port',
      };

/** Whose pages may call. */
export function originsLook(origins: readonly string[]): WallLook {
  const plain = origins.filter(origin => origin.startsWith("http://") && !isLoopback(hostOf(origin)));
  if (plain.length === 0)
    return {
      state: "ok",
      what: `pages of ${origins.length > 0 ? origins.join(", ") : "no other origin"} may call the API`,
    };
  return {
    state: "weak",
    what: `pages that come without TLS may call the API: ${plain.join(", ")}; whoever sits on the way can change them`,
    todo: "serve these pages over https, and name them so in http.origins",
  };
}

const hostOf = (origin: string) => (URL.canParse(origin) ? new URL(origin).hostname : origin);
