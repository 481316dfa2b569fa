import { messageOf } from "hearth";
import { movedTo } from "./redirect";

/** Who keeps copies of what the home holds. */
export interface Frontend {
  readonly url: URL;
  readonly secret: string;
  /** Seconds that a call may take, redirects included. */
  readonly timeout: number;
}

const MOST_REDIRECTS = 5;
/** Redirects after which the same is asked again at another address. 303 says that it is done, and where to read of it. */
const movedStatus = new Set([301, 302, 307, 308]);

/**
 * Tells a frontend which tags are out of date.
 * @throws Error when it does not answer 2xx in time. No error names the secret, nor more of an address than its origin.
 */
export async function postTags(frontend: Frontend, tags: readonly string[], signal: AbortSignal): Promise<void> {
  const late = AbortSignal.timeout(frontend.timeout * 1000);
  const limit = AbortSignal.any([signal, late]);
  let url = frontend.url;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const { ok, status, headers } = await send({ ...frontend, url }, tags, limit).catch(error => {
      if (late.aborted) throw new Error(`${url.origin} did not answer within ${frontend.timeout} s`);
      throw new Error(`${url.origin} cannot be reached: ${messageOf(error)}`);
    });
    if (ok) return;
    const location = movedStatus.has(status) ? headers.get("location") : null;
    if (location === null) throw new Error(`${url.origin} answered ${status}`);
    url = movedTo(url, location);
  }
  throw new Error(`${url.origin} sends on more than ${MOST_REDIRECTS} times`);
}

async function send({ url, secret }: Frontend, tags: readonly string[], signal: AbortSignal): Promise<Response> {
  const response = await fetch(url.href, {
    method: "POST",
    headers: { "content-type": "application/json", "x-revalidate-secret": secret },
    body: JSON.stringify({ tags }),
    redirect: "manual",
    signal,
  });
  await response.body?.cancel();
  return response;
}
