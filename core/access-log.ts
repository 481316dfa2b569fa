import { asPretty } from "./log";

/** What the request log says of a request. */
export interface Visit {
  readonly method: string;
  /** Without the query, which may hold what is nobody's business. */
  readonly path: string;
  readonly status: number;
  /** Milliseconds until the answer began. */
  readonly ms: number;
  readonly request: string;
  /** The path is a route's own text and not a caller's, so it needs no second look for secrets. */
  readonly fixed: boolean;
}

export type AccessLog = (visit: Visit) => void;

/** One line a request, put together by hand: it is written for every request, and a general serializer costs as much as the route. */
export function accessLog(json: boolean, write: (line: string) => void, redact: (text: string) => string): AccessLog {
  const stamp = timeStamp();
  return ({ method, path, status, ms, request, fixed }) => {
    const shown = fixed ? path : redact(path);
    const time = stamp();
    if (!json)
      return write(
        asPretty({ time, level: "info", plugin: "http", message: `${method} ${shown}`, status, ms, request }),
      );
    const quoted = fixed ? `"${shown}"` : JSON.stringify(shown);
    write(
      `{"time":"${time}","level":"info","plugin":"http","message":"request","method":"${method}","path":${quoted},"status":${status},"ms":${ms},"request":"${request}"}`,
    );
  };
}

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
