import type { Server } from "bun";
import type { Settings } from "./config";
import type { HttpHost } from "./http";
import { onceWhole } from "./whole-request";

/** Seconds after which Bun closes a connection that says nothing. */
const IDLE = 60;

/**
 * Opens the socket. Port 0 picks a free one. A caller who says nothing is hung up on; one who waits for us never is: from the end of the
 * request to the answer, and in an answer that is told as it comes.
 * @param idle seconds. @throws what the system says when the address cannot be had
 */
export function listen({ host, port, maxBody }: Settings["http"], door: HttpHost, idle = IDLE): Server<undefined> {
  const server = Bun.serve({
    hostname: host,
    port,
    maxRequestBodySize: maxBody,
    idleTimeout: idle,
    development: false,
    fetch(request, server) {
      const answer = door.fetch(request);
      if (answer instanceof Response) {
        if (comesBitByBit(answer)) server.timeout(request, 0);
        return answer;
      }
      onceWhole(request, () => server.timeout(request, 0));
      return answer.then(response => {
        server.timeout(request, comesBitByBit(response) ? 0 : idle);
        return response;
      });
    },
    error: () => Response.json({ detail: "Internal Server Error" }, { status: 500 }),
  });
  door.callers.sockets = server;
  return server;
}

/** Events, and lines of what goes on: nobody knows when the next comes. */
const comesBitByBit = ({ headers }: Response): boolean =>
  /^(text\/event-stream|application\/x-ndjson)/.test(headers.get("content-type") ?? "");
