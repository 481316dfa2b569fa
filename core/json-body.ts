import { badRequest } from "./http-error";
import { depthFault } from "./json-depth";
import { type JsonFault, jsonFault, unknownFault } from "./json-fault";
import { limitedBody } from "./limited-body";
import { isWhole } from "./whole-request";

/** What Elysia hands to a route's own reader of bodies. */
interface Body {
  readonly request: Request;
  readonly contentType: string;
}

/** A body that says that it is JSON, and is not, or goes deeper than any that is wanted. */
export class UnreadableJson extends Error {
  constructor(readonly fault: JsonFault) {
    super(fault.why);
  }
}

/**
 * Reads a body as JSON only when it says that it is JSON; any other stays a text, which no schema for JSON takes. An empty one is none.
 * For a route whose body is JSON: `.post("/moon", handler, { body: Moon, parse: jsonBody })`; without it, Elysia takes forms as well.
 * @throws HttpError 400 when its bytes are no text, UnreadableJson (a 422) when they are no JSON, or lists and objects inside each other by the hundred
 */
export async function jsonBody({ request, contentType }: Body): Promise<unknown> {
  const bytes = await request.arrayBuffer();
  isWhole(request);
  return jsonOf(bytes, contentType);
}

/**
 * As `jsonBody`, for a body of at most so many bytes: `parse: jsonBodyUpTo(65_536)`. For a route that anybody may call.
 * @throws as `jsonBody`, and HttpError 413 for one that is too long, 408 for one that does not end in time
 */
export const jsonBodyUpTo =
  (most: number) =>
  async ({ request, contentType }: Body): Promise<unknown> =>
    jsonOf(await limitedBody(request, most), contentType);

function jsonOf(bytes: ArrayBuffer | Uint8Array, contentType: string): unknown {
  const text = textOf(bytes);
  if (text === "") return null; // undefined would send Elysia to its own parsers
  return /^application\/(.+\+)?json[ \t]*$/i.test(contentType) ? parsed(text) : text;
}

function parsed(text: string): unknown {
  const tooDeep = depthFault(text);
  if (tooDeep) throw new UnreadableJson(tooDeep);
  try {
    return JSON.parse(text);
  } catch {
    throw new UnreadableJson(jsonFault(text) ?? unknownFault);
  }
}

function textOf(bytes: ArrayBuffer | Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw badRequest("There was an error parsing the body");
  }
}
