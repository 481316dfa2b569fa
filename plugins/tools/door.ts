import type { Server } from "bun";
import { HttpError, jsonBodyUpTo, type Logger, messageOf, type ServiceKey } from "hearth";
import type { Connections } from "./connections";
import type { Guest } from "./guest";
import type { Guests } from "./guests";
import type { Connection } from "./protocol";

const HOST = "127.0.0.1";
const PATH = "/mcp";
/** Bytes of a message at the most. */
const MOST_BYTES = 1024 * 1024;
/** Seconds after which a connection that says nothing is closed, as long as no call runs on it. */
const IDLE = 60;
const SESSION = "mcp-session-id";

export interface DoorOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly guests: Guests;
  readonly connections: Connections;
  readonly key: () => ServiceKey;
  /** A person who came with the service key. */
  readonly person: () => Guest;
  readonly log: Logger;
}

/** Who knocks: a session's agent, or a person with the service key. */
type Knock = Guest | "person";

/**
 * Where tools are served: MCP over HTTP, on a socket of its own that is bound to this machine. The API's socket is shown to the world
 * by a proxy; this one by nobody. Who asks needs a session's token or the service key, and is no page of a browser.
 */
export class Door {
  #server: Server<undefined> | undefined;
  readonly #read = jsonBodyUpTo(MOST_BYTES);

  constructor(readonly options: DoorOptions) {}

  /** Opens the socket, if it is not open; answers where. @throws Error when its port is taken */
  open(): string {
    this.#server ??= this.#listen();
    return `http://${HOST}:${this.#server.port}${PATH}`;
  }

  async close(): Promise<void> {
    await this.#server?.stop(true);
    this.#server = undefined;
  }

  #listen(): Server<undefined> {
    const { port, log } = this.options;
    try {
      return Bun.serve({
        hostname: HOST,
        port,
        idleTimeout: IDLE,
        maxRequestBodySize: MOST_BYTES,
        development: false,
        fetch: (request, server) => this.#answer(request, server),
        error: error => {
          log.error("the tools' door failed", { error: messageOf(error) });
          return refusal(500, "Internal Server Error");
        },
      });
    } catch (error) {
      throw new Error(`tools cannot be served at ${HOST}:${port}: ${messageOf(error)}; set another \`port\``, {
        cause: error,
      });
    }
  }

  async #answer(request: Request, server: Server<undefined>): Promise<Response> {
    const stranger = this.#refused(request, server.port!);
    if (stranger) return stranger;
    const who = this.#whoIs(request);
    if (!who) return refusal(401, "This needs a session's token, or the service key, as `Authorization: Bearer …`");
    server.timeout(request, 0); // a call may take as long as its tool may
    try {
      return await this.#serve(request, who);
    } catch (error) {
      if (error instanceof HttpError) return refusal(error.status, String(error.detail), error.headers);
      return refusal(400, "This is no JSON that could be a message"); // what it was exactly helps nobody but an attacker
    }
  }

  /** What no client of ours sends: another path, another name of this machine (as after a rebound name), a page of a browser. */
  #refused(request: Request, port: number): Response | undefined {
    if (new URL(request.url).pathname !== PATH) return refusal(404, "Not Found");
    const names = [HOST, "localhost"].map(name => `${name}:${port}`);
    if (!names.includes(request.headers.get("host") ?? "")) return refusal(403, "This is served to this machine alone");
    if (request.headers.has("origin")) return refusal(403, "This is not served to pages of a browser");
    if (request.method !== "POST" && request.method !== "DELETE")
      return refusal(405, "Method Not Allowed", { allow: "POST, DELETE" });
    return undefined;
  }

  #whoIs(request: Request): Knock | undefined {
    const [, token] = /^Bearer +(\S.*?) *$/i.exec(request.headers.get("authorization") ?? "") ?? [];
    if (token === undefined) return undefined;
    return this.options.guests.find(token) ?? (this.options.key().opens(token) ? "person" : undefined);
  }

  async #serve(request: Request, who: Knock): Promise<Response> {
    const { connections } = this.options;
    const id = request.headers.get(SESSION);
    const known = id === null ? undefined : connections.find(id, guest => isSame(guest, who));
    if (id !== null && !known) return refusal(404, "This connection is not there any more; introduce yourself anew");
    if (request.method === "DELETE") return this.#leave(known);
    const body = await this.#read({ request, contentType: request.headers.get("content-type") ?? "" });
    if (Array.isArray(body)) return refusal(400, "One message at a time");
    if (known) return known.handle(request, body);
    if ((body as { method?: unknown } | null)?.method !== "initialize")
      return refusal(400, "The first message of a client is `initialize`; later ones carry its Mcp-Session-Id");
    return this.#welcome(request, body, who === "person" ? this.options.person() : who);
  }

  #leave(known: Connection | undefined): Response {
    if (!known) return refusal(400, "Whose connection is over, its Mcp-Session-Id says");
    this.options.connections.close(known);
    return new Response(null, { status: 200 });
  }

  /** A client that introduces itself badly keeps no place. */
  async #welcome(request: Request, body: unknown, guest: Guest): Promise<Response> {
    const { connections } = this.options;
    const connection = await connections.open(guest);
    const answer = await connection.handle(request, body);
    if (!answer.headers.has(SESSION)) connections.close(connection);
    return answer;
  }
}

const isSame = (guest: Guest, who: Knock): boolean => (who === "person" ? guest.isPerson : guest === who);

/** As MCP's own refusals are. */
const refusal = (status: number, message: string, headers: Readonly<Record<string, string>> = {}): Response =>
  Response.json(
    { jsonrpc: "2.0", error: { code: status === 404 ? -32001 : -32000, message }, id: null },
    {
      status,
      headers: { ...(status === 401 && { "www-authenticate": "Bearer" }), ...headers } as Record<string, string>,
    },
  );
