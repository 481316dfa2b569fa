import { messageOf } from "hearth";
import { Refused, refusal } from "./api-error";
import { type Demand, demandOf } from "./demand";
import type { Admitted, Gate } from "./gate";
import { responseHeaders } from "./headers";
import { passing } from "./passing";
import type { Place } from "./place";
import type { Recorder } from "./recorder";
import type { Seats } from "./seats";
import type { Settings } from "./settings";
import { type Call, NoAnswer, type Upstream } from "./upstream";
import { readerFor } from "./usage-reader";

export interface DeskOptions {
  readonly settings: Settings;
  readonly seats: Seats;
  readonly gate: Gate;
  readonly upstream: Upstream;
  readonly recorder: Recorder | undefined;
  fault(message: string, error: unknown): void;
}

/** Paths as the API writes them. What could be read as another path by somebody else is none. */
const PATH = /^\/v1(\/[\w~:-][\w.~:-]*)+\/?$/;
/** A body that asks for figures of a prompt, without an answer of the model. */
const COUNT = "/v1/messages/count_tokens";

/** Whether a body is a form, which asks nothing of a model. @throws Refused for what only says that it is one */
function isForm(headers: Headers, body: Buffer): boolean {
  if (!/^multipart\//i.test(headers.get("content-type") ?? "")) return false;
  if (body.toString("latin1", 0, 2) === "--") return true;
  throw new Refused("invalid_request_error", "a body that is called a form is none");
}

/** Whether it is sure that the API has not worked on a call. */
const unheard = (error: unknown): boolean => (error instanceof NoAnswer ? !error.heard : error instanceof Refused);

type Read = (request: Request) => Promise<Buffer>;

/** Takes the calls of the house and its agents, and passes on what may pass. */
export class Desk {
  readonly #options: DeskOptions;

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  /** Answers the call of an agent, who says by a token who it is. Never throws. */
  answer(request: Request, read: Read): Promise<Response> {
    return this.#safely(async () => {
      const { pathname } = new URL(request.url);
      if (pathname === "/" && (request.method === "HEAD" || request.method === "GET")) return new Response(null);
      const seat = this.#options.seats.of(request);
      if (!seat) throw new Refused("authentication_error", "this token belongs to no session that runs");
      return this.#answer(seat, request, read);
    });
  }

  /** Answers the call of somebody who is known. Never throws. */
  answerTo(place: Place, request: Request, read: Read): Promise<Response> {
    return this.#safely(() => this.#answer(place, request, read));
  }

  async #safely(work: () => Promise<Response>): Promise<Response> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Refused) return refusal(error);
      this.#options.fault("a call could not be taken", error);
      return refusal(new Refused("api_error", messageOf(error), true));
    }
  }

  async #answer(place: Place, request: Request, read: Read): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    this.#options.gate.check(place);
    this.#checkPath(pathname);
    const body = request.body ? await read(request) : undefined;
    const call: Call = { method: request.method, path: pathname + search, headers: request.headers, body };
    return this.#pass(place, call, this.#demandOf(pathname, call), request.signal);
  }

  #checkPath(path: string): void {
    const plain = path.replace(/\/+$/, "");
    if (!PATH.test(path)) throw new Refused("not_found_error", `there is no "${path.slice(0, 200)}" here`);
    if (this.#options.settings.closed.some(one => plain === one || plain.startsWith(`${one}/`)))
      throw new Refused("permission_error", `${plain} is closed to agents`);
  }

  /** What a call asks of a model; nothing when it asks none. */
  #demandOf(path: string, { method, headers, body }: Call): Demand | undefined {
    if (method === "GET" || method === "HEAD" || !body) return;
    if (headers.has("content-encoding"))
      throw new Refused("invalid_request_error", "a packed body cannot be read here");
    if (isForm(headers, body)) return;
    const demand = demandOf(body, this.#options.settings.serverTools);
    return path.replace(/\/+$/, "") === COUNT ? undefined : demand;
  }

  async #pass(place: Place, call: Call, demand: Demand | undefined, gone: AbortSignal): Promise<Response> {
    const abort = new AbortController();
    const leave = () => abort.abort();
    gone.addEventListener("abort", leave, { once: true });
    const giveBack = place.take(abort);
    const over = () => {
      gone.removeEventListener("abort", leave);
      giveBack();
    };
    try {
      const admitted = demand && (await this.#admit(place, call, demand, abort.signal));
      return this.#passOn(place, call, await this.#send(call, admitted, abort.signal), admitted, over);
    } catch (error) {
      over();
      this.#options.gate.check(place); // that it was ended meanwhile is the better reason
      throw error;
    }
  }

  #admit(place: Place, call: Call, demand: Demand, signal: AbortSignal): Promise<Admitted> {
    return this.#options.gate.admit(
      place,
      demand,
      ({ body }) => this.#options.upstream.count(call, body, signal),
      signal,
    );
  }

  async #send(call: Call, admitted: Admitted | undefined, signal: AbortSignal): Promise<Response> {
    const unsent = signal.aborted;
    try {
      return await this.#options.upstream.send(call, signal);
    } catch (error) {
      if (admitted && (unsent || unheard(error))) this.#options.gate.free(admitted, undefined);
      else if (admitted) this.#options.gate.settle(admitted, undefined, undefined);
      throw error;
    }
  }

  #passOn(place: Place, call: Call, response: Response, admitted: Admitted | undefined, over: () => void): Response {
    const figures = readerFor(response.headers.get("content-type") ?? "");
    const recording = this.#options.recorder?.begin(place.id, call, response);
    const end = () => {
      over();
      recording?.end();
      if (!admitted) return;
      try {
        if (response.ok) this.#options.gate.settle(admitted, figures.told(), response.status);
        else this.#options.gate.free(admitted, response.status);
      } catch (error) {
        this.#options.fault("a call could not be settled: what was reserved for it counts", error);
      }
    };
    const { status, statusText } = response;
    const init = { status, statusText, headers: responseHeaders(response.headers) };
    if (!response.body) {
      end();
      return new Response(null, init);
    }
    const bytes = (chunk: Uint8Array) => {
      if (admitted) figures.feed(chunk);
      recording?.piece(chunk);
    };
    return new Response(passing(response.body, { bytes, over: end }), init);
  }
}
