/** What the house shows to the API. */
export interface Credentials {
  /** For people: "ANTHROPIC_API_KEY". */
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether they are those of a subscription, which is for the CLI alone. */
  readonly subscription: boolean;
  /** A beta that the API has to be told of with them. */
  readonly beta?: string;
}

/** Headers that belong to one connection (RFC 9110, 7.6.1), and those that are made anew here. */
const ofConnection =
  `connection keep-alive proxy-connection te trailer transfer-encoding upgrade host content-length expect`.split(" ");
/** By which a client says who it is, or that somebody else called. */
const ofCaller =
  `authorization x-api-key proxy-authorization cookie forwarded via x-forwarded-for x-forwarded-host x-forwarded-proto x-real-ip origin referer`.split(
    " ",
  );

/** The headers of a call as the API gets them: the client's without its token, with the house's own key. */
export function requestHeaders(given: Headers, { headers, beta }: Credentials): Headers {
  const sent = without(given, [...ofConnection, ...ofCaller, ...namedIn(given), "accept-encoding"]);
  sent.set("accept-encoding", "identity"); // the figures are read on the way, and nothing waits for a block to fill
  for (const [name, value] of Object.entries(headers)) sent.set(name, value);
  const betas = [sent.get("anthropic-beta"), beta].filter(Boolean).join(",");
  if (betas) sent.set("anthropic-beta", [...new Set(betas.split(/\s*,\s*/))].join(","));
  return sent;
}

/** The headers of an answer as the client gets them: all of the API's (request ids, limits, when to come again) but its cookies. */
export const responseHeaders = (given: Headers): Headers =>
  without(given, [...ofConnection, ...namedIn(given), "content-encoding", "set-cookie"]);

/** What a sender says belongs to the connection. */
const namedIn = (headers: Headers): string[] =>
  (headers.get("connection") ?? "")
    .split(",")
    .map(name => name.trim().toLowerCase())
    .filter(name => /^[\w-]+$/.test(name));

function without(given: Headers, names: readonly string[]): Headers {
  const rest = new Headers(given);
  for (const name of names) rest.delete(name);
  return rest;
}
