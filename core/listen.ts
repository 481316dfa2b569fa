import type { Server } from "bun";
import type { Settings } from "./config";
import type { HttpHost } from "./http";

/** Seconds after which Bun closes a connection that says nothing; streams are exempt. */
const IDLE = 60;

/** Opens the socket. Port 0 picks a free one. @throws what the system says when the address cannot be had */
export function listen({ host, port, maxBody }: Settings["http"], door: HttpHost): Server<undefined> {
  const server = Bun.serve({
    hostname: host,
    port,
    maxRequestBodySize: maxBody,
    idleTimeout: IDLE,
    development: false,
    fetch(request, server) {
      const answer = door.fetch(request);
      if (answer instanceof Response) return unhurried(answer, request, server);
      return answer.then(response => unhurried(response, request, server));
    },
    error: () => Response.json({ detail: "Internal Server Error" }, { status: 500 }),
  });
  door.callers.sockets = server;
  return server;
}

/** A stream may be quiet for as long as it likes. */
function unhurried(response: Response, request: Request, server: Server<undefined>): Response {
  if (response.headers.get("content-type")?.startsWith("text/event-stream")) server.timeout(request, 0);
  return response;
}
