import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { ToolRefusal } from "hearth-plugins/tools";
import type { Place } from "./place";

/** An answer as it came. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** As sent: perhaps packed. Empty when it was not asked for. */
  readonly body: Buffer;
}

export interface RequestTerms {
  readonly ca: string | undefined;
  readonly mostBytes: number;
  readonly signal: AbortSignal;
}

const headers = {
  "user-agent": "Mozilla/5.0 (compatible; Hearth; reads a page for an agent)",
  accept: "text/html,application/xhtml+xml,text/plain,text/markdown,application/json;q=0.8,*/*;q=0.1",
  "accept-encoding": "gzip, deflate, br",
};

/**
 * Asks one place for its page, over a connection of its own to an address that was checked: its name is resolved no second time, and no
 * proxy of the environment stands between. The certificate must be for the name. Redirects are answers.
 * @throws ToolRefusal when it cannot be reached, or sends too much; the signal's reason
 */
export function ask({ url, addresses }: Place, { ca, mostBytes, signal }: RequestTerms): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  signal.throwIfAborted();
  const call = httpsRequest(url, { agent: false, headers, lookup: pinned(addresses), ...(ca !== undefined && { ca }) });
  const stop = () => reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  call.on("error", error => reject(cannotReach(url, error)));
  call.on("response", answer => bodyOf(url, answer, mostBytes).then(body => resolve(answerOf(answer, body)), reject));
  call.end();
  return promise.finally(() => {
    signal.removeEventListener("abort", stop);
    call.destroy();
  });
}

const answerOf = ({ statusCode = 0, headers: said }: IncomingMessage, body: Buffer): Answer => ({
  status: statusCode,
  headers: said,
  body,
});

/** What an answer brings; nothing is waited for when it is no page. */
function bodyOf(url: URL, answer: IncomingMessage, mostBytes: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  if (answer.statusCode !== 200) return Promise.resolve(Buffer.alloc(0));
  const pieces: Buffer[] = [];
  let size = 0;
  answer.on("data", (piece: Buffer) => {
    size += piece.length;
    if (size > mostBytes) reject(tooLarge(mostBytes));
    else pieces.push(piece);
  });
  answer.on("error", error => reject(cannotReach(url, error)));
  answer.on("end", () => {
    if (answer.complete) resolve(Buffer.concat(pieces));
    else reject(cannotReach(url, new Error("the answer broke off")));
  });
  return promise;
}

/** Stands for the resolver: whatever it is asked, it knows only the addresses that were checked. */
const pinned =
  (addresses: readonly string[]): LookupFunction =>
  (_name, { all }, tell) => {
    const found = addresses.map(address => ({ address, family: isIP(address) }));
    if (all) tell(null, found);
    else tell(null, found[0]!.address, found[0]!.family);
  };

/** The refusal of a page that is larger than the settings allow. */
export const tooLarge = (mostBytes: number) =>
  new ToolRefusal(`the page is larger than ${Math.floor(mostBytes / 1024)} KiB`);

const cannotReach = ({ hostname }: URL, { code, message }: NodeJS.ErrnoException) =>
  new ToolRefusal(`${hostname} cannot be reached: ${code ?? message}`);
