import { badRequest } from "./http-error";

/**
 * Reads a body as JSON only when it says that it is JSON; any other stays a text, which no schema for JSON takes. An empty one is none.
 * For a route whose body is JSON: `.post("/moon", handler, { body: Moon, parse: jsonBody })`; without it, Elysia takes forms as well.
 * @throws HttpError 400 when its bytes are no text
 */
export async function jsonBody({ request, contentType }: { request: Request; contentType: string }): Promise<unknown> {
  const text = textOf(await request.arrayBuffer());
  if (text === "") return null; // undefined would send Elysia to its own parsers
  return /^application\/(.+\+)?json[ \t]*$/i.test(contentType) ? JSON.parse(text) : text;
}

function textOf(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw badRequest("There was an error parsing the body");
  }
}
