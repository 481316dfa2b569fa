/**
 * Reads a body as JSON only when it says that it is JSON; any other stays a text, which no schema for JSON takes.
 * For a route whose body is JSON: `.post("/moon", handler, { body: Moon, parse: jsonBody })`; without it, Elysia takes forms as well.
 */
export function jsonBody({ request, contentType }: { request: Request; contentType: string }): Promise<unknown> {
  return /^application\/(.+\+)?json$/i.test(contentType) ? request.json() : request.text();
}
