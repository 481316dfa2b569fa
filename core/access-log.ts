import type { LineBuffer } from "./line-buffer";
import { asPretty } from "./log";

/** What the request log says of a request. */
export interface Visit {
  readonly method: string;
  /** Without the query, which may hold what is nobody's business. */
  readonly path: string;
  readonly status: number;
  /** Milliseconds until the answer began. */
  readonly ms: number;
  /** The request's id is the two with a dash between, or the first alone. */
  readonly id: string;
  readonly count: number | undefined;
  /** The path is a route's own text and not a caller's, so it needs no second look for secrets. */
  readonly fixed: boolean;
}

/** Writes down that a request was answered. */
export type AccessLog = (visit: Visit) => void;

/** The text of a line without its path, at the most. */
const AROUND = 300;
const CENT = 100;
/** Characters of a caller's path that are shown: in the widest letters and escapes they fit into the buffer. */
const LONGEST = 10_000;

/** One line a request, put together by hand as bytes: it is written for every request, and a general serializer costs as much as the route. */
export function accessLog(lines: LineBuffer, redact: (text: string) => string): AccessLog {
  const stamp = timeStamp();
  return ({ method, path, status, ms, id, count, fixed }) => {
    const shown = fixed ? path : JSON.stringify(redact(path).slice(0, LONGEST)).slice(1, -1);
    const cents = Math.round(ms * CENT);
    lines
      .begin(shown.length + method.length + AROUND)
      .text('{"time":"')
      .text(stamp())
      .text('","level":"info","plugin":"http","message":"request","method":"')
      .text(method)
      .text('","path":"')
      .text(shown)
      .text('","status":')
      .integer(status)
      .text(',"ms":')
      .integer(Math.floor(cents / CENT))
      .text(cents % CENT < 10 ? ".0" : ".")
      .integer(cents % CENT)
      .text(',"request":"')
      .text(id);
    if (count !== undefined) lines.text("-").integer(count);
    lines.text('"}').end();
  };
}

/** The same for a person at a terminal. */
export function prettyAccessLog(lines: LineBuffer, redact: (text: string) => string): AccessLog {
  const stamp = timeStamp();
  return ({ method, path, status, ms, id, count }) =>
    lines.write(
      asPretty({
        time: stamp(),
        level: "info",
        plugin: "http",
        message: `${method} ${redact(path)}`,
        status,
        ms: Math.round(ms * CENT) / CENT,
        request: requestId(id, count),
      }),
    );
}

/** A request's id as others see it. */
export const requestId = (id: string, count: number | undefined): string =>
  count === undefined ? id : `${id}-${count}`;

/** The time as ISO text, made anew once a millisecond. */
function timeStamp(): () => string {
  let at = 0;
  let text = "";
  return () => {
    const now = Date.now();
    if (now !== at) {
      at = now;
      text = new Date(now).toISOString();
    }
    return text;
  };
}
