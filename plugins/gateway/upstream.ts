import { messageOf } from "hearth";
import { Refused } from "./api-error";
import { requestHeaders } from "./headers";
import type { KeyRing } from "./key-ring";

/** A call on its way to the API. */
export interface Call {
  readonly method: string;
  /** With its query: "/v1/messages?beta=true". */
  readonly path: string;
  /** As the client sent them. */
  readonly headers: Headers;
  readonly body: Buffer | undefined;
}

/** Errors after which it is sure that the API has heard nothing. */
const unheard = new Set([
  "ConnectionRefused",
  "ECONNREFUSED",
  "FailedToOpenSocket",
  "ENOTFOUND",
  "EAI_AGAIN",
  "DNSException",
]);

/** The API did not answer. */
export class NoAnswer extends Refused {
  constructor(
    reason: string,
    /** Whether it may have worked on the call all the same. */
    readonly heard: boolean,
  ) {
    super("api_error", `the API cannot be reached: ${reason}`, true);
  }
}

/** The real API. */
export class Upstream {
  readonly #base: string;

  constructor(
    baseUrl: string,
    readonly keys: Pick<KeyRing, "credentials">,
  ) {
    this.#base = baseUrl.replace(/\/+$/, "");
  }

  /** Sends a call with the house's key; follows no redirect, so that the key goes nowhere else. @throws Refused */
  async send({ method, path, headers, body }: Call, signal: AbortSignal): Promise<Response> {
    const credentials = await this.keys.credentials();
    try {
      return await fetch(this.#base + path, {
        method,
        headers: requestHeaders(headers, credentials),
        redirect: "manual",
        signal,
        timeout: false, // the client has a limit of its own, and a model may think for long
        ...(body && { body }),
      } as RequestInit);
    } catch (error) {
      const { code } = error as { code?: unknown };
      throw new NoAnswer(typeof code === "string" ? code : messageOf(error), !unheard.has(String(code)));
    }
  }

  /** How many tokens a prompt has, by the API's own count, which costs nothing; nothing when it does not say. */
  async count(call: Call, body: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<number | undefined> {
    const [, query = ""] = call.path.split("?");
    const path = `/v1/messages/count_tokens${query && `?${query}`}`;
    const asked = JSON.stringify(Object.fromEntries(Object.entries(body).filter(([key]) => countable.has(key))));
    try {
      const soon = AbortSignal.any([signal, AbortSignal.timeout(COUNT_MS)]);
      const answer = await this.send({ ...call, method: "POST", path, body: Buffer.from(asked) }, soon);
      const { input_tokens: tokens } = Object(await answer.json()) as { input_tokens?: unknown };
      return answer.ok && typeof tokens === "number" && tokens >= 0 ? tokens : undefined;
    } catch {
      return undefined;
    }
  }
}

const COUNT_MS = 10_000;
/** The parameters of a call that its count takes. */
const countable = new Set(
  "model messages system tools tool_choice thinking mcp_servers context_management output_config output_format cache_control speed".split(
    " ",
  ),
);
