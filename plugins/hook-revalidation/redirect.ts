/**
 * Where a redirect leads, if the secret may go there: to the same origin, or by https to the same site, with or without "www.".
 * @throws Error when it may not
 */
export function movedTo(from: URL, location: string): URL {
  const to = URL.parse(location, from.href);
  if (!to) throw new Error(`${from.origin} sends on to no address`);
  if (to.origin === from.origin || isSecureTwin(from, to)) return to;
  throw new Error(
    `${from.origin} sends on to ${to.origin}, which is not given the secret; if it may have it, name it in plugins.hook-revalidation.url`,
  );
}

const isSecureTwin = (from: URL, to: URL): boolean =>
  to.protocol === "https:" && to.port === "" && siteOf(to) === siteOf(from);

const siteOf = ({ hostname }: URL) => hostname.replace(/^www\./, "");
