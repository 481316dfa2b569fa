/** The path of a request's URL as it was sent, which is what Elysia matches too; `new URL` would cost more than the whole route. */
export function pathOf(url: string): string {
  const start = pathStart(url);
  if (start < 0) return "/";
  const end = url.indexOf("?", start);
  return end < 0 ? url.slice(start) : url.slice(start, end);
}

/** The query of a request's URL as it was sent, with its "?"; "" when there is none. */
export function queryOf(url: string): string {
  const start = url.indexOf("?", pathStart(url));
  return start < 0 ? "" : url.slice(start);
}

/** Without a `Host`, or with one that is none at all, the URL is the path alone. */
const pathStart = (url: string): number => (url.startsWith("/") ? 0 : url.indexOf("/", url.indexOf("://") + 3));

/** Elysia looks for the path from this character of the URL on. */
const LOOKED_AT = 11;

/**
 * Answers requests whose URL everybody can read. Whatever a caller sends as its `Host` is part of the URL: one that is missing, as
 * short as "nas" or no host ("[", "a:99999") becomes "localhost". What is right is known by the beginning that was right the last time.
 */
export function soundUrls(): (request: Request) => Request {
  let last = "http://localhost/";
  return request => {
    const { url } = request;
    if (url.startsWith(last)) return request;
    const start = pathStart(url);
    if (start < LOOKED_AT || !URL.canParse(url))
      return new Request(`http://localhost${start < 0 ? "/" : url.slice(start)}`, request);
    last = url.slice(0, start + 1);
    return request;
  };
}
