import { ToolRefusal } from "hearth-plugins/tools";
import { decode } from "./decode";
import { placeOf, webUrl } from "./place";
import { type Answer, ask } from "./request";
import { unpack } from "./unpack";
import type { WebReach } from "./web-reach";

/** A page as text. */
export interface Page {
  /** Where it was found, after all redirects. */
  readonly url: string;
  readonly isHtml: boolean;
  readonly text: string;
}

export interface PageTerms {
  readonly seconds: number;
  readonly mostBytes: number;
}

const MOST_REDIRECTS = 5;
const redirects = [301, 302, 303, 307, 308];
const html = ["text/html", "application/xhtml+xml"];
/** What is read as it is; also whatever ends on +json or +xml. */
const plain = /^(text\/[\w.+-]+|application\/(json|xml|javascript|yaml|x-yaml|toml|[\w.-]+\+(json|xml)))$/;

/** Fetches a page; every address on the way is checked and pinned. @throws ToolRefusal in words for the agent */
export async function fetchPage(
  address: string,
  reach: WebReach,
  { seconds, mostBytes }: PageTerms,
  signal: AbortSignal,
): Promise<Page> {
  const late = AbortSignal.timeout(seconds * 1000);
  try {
    const { url, answer } = await follow(webUrl(address), reach, mostBytes, AbortSignal.any([signal, late]));
    return await pageOf(url, answer, mostBytes);
  } catch (error) {
    if (late.aborted && !signal.aborted) throw new ToolRefusal(`the page took longer than ${seconds} seconds`);
    throw error;
  }
}

async function follow(
  first: URL,
  reach: WebReach,
  mostBytes: number,
  signal: AbortSignal,
): Promise<{ url: URL; answer: Answer }> {
  let url = first;
  for (let hops = 0; hops <= MOST_REDIRECTS; hops++) {
    const answer = await ask(await placeOf(url, reach, signal), { ca: reach.ca, mostBytes, signal });
    const next = redirects.includes(answer.status) ? answer.headers.location : undefined;
    if (next === undefined) return { url, answer };
    url = webUrl(next, url);
  }
  throw new ToolRefusal(`${first.hostname} leads on and on: more than ${MOST_REDIRECTS} redirects`);
}

async function pageOf(url: URL, { status, headers, body }: Answer, mostBytes: number): Promise<Page> {
  if (status !== 200) throw new ToolRefusal(`${url.hostname} answers with the status ${status}`);
  const contentType = headers["content-type"] ?? "text/plain";
  const type = contentType.split(";")[0]!.trim().toLowerCase();
  const isHtml = html.includes(type);
  if (!isHtml && !plain.test(type)) throw new ToolRefusal(`it is no text, but "${type.slice(0, 60)}"`);
  const bytes = await unpack(body, headers["content-encoding"], mostBytes);
  return { url: url.href, isHtml, text: decode(bytes, contentType) };
}
