import { HttpError, limitedBody } from "hearth";
import { Refused, refusal } from "./api-error";
import type { Desk } from "./desk";

/** Bytes of a call's body at the most; the API itself takes 32 MB. */
const LONGEST = 40_000_000;

/** The address on the loopback where agents find the Messages API. It is opened when the first session needs it. */
export class Entrance {
  #server: Bun.Server<undefined> | undefined;

  constructor(readonly desk: Desk) {}

  /** Without a slash at its end. */
  url(): string {
    this.#server ??= Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      idleTimeout: 0,
      maxRequestBodySize: LONGEST + 1,
      fetch: request => this.desk.answer(request, bodyOf),
      error: () => refusal(new Refused("api_error", "a fault of the gateway", true)),
    });
    return `http://127.0.0.1:${this.#server.port}`;
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    await this.#server?.stop(true);
  }
}

async function bodyOf(request: Request): Promise<Buffer> {
  try {
    return Buffer.from((await limitedBody(request, LONGEST)).buffer);
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    throw new Refused(error.status === 413 ? "request_too_large" : "invalid_request_error", error.detail);
  }
}
