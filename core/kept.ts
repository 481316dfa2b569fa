/** An answer that its client may keep and ask after again: its bytes as they are sent, and their strong ETag. */
export interface Kept {
  readonly body: string | Uint8Array<ArrayBuffer>;
  /** With its quotes. */
  readonly etag: string;
  readonly type?: string;
}

const JSON_TYPE = "application/json;charset=utf-8";

/** A value as JSON that can be kept. Its ETag is made of its bytes: xxHash3, 64 bits, in base 36. */
export function kept(value: unknown): Kept {
  const body = JSON.stringify(value);
  return { body, etag: etagOf(body) };
}

/** The strong ETag of some bytes, with its quotes. */
export const etagOf = (body: string | Uint8Array): string => `"${Bun.hash.xxHash3(body).toString(36)}"`;

/** Answers with what is kept, or 304 when the client has it already. Clients keep it and ask each time whether it still holds. */
export function keptAnswer(request: Request, { body, etag, type = JSON_TYPE }: Kept): Response {
  const headers = { etag, "cache-control": "no-cache" };
  const known = request.headers.get("if-none-match");
  if (known !== null && holds(known, etag)) return new Response(null, { status: 304, headers });
  return new Response(body, { headers: { "content-type": type, ...headers } });
}

/** Whether a list of ETags names one; a "W/" before it makes no difference here (RFC 9110, 13.1.2). */
const holds = (known: string, etag: string): boolean =>
  known === etag ||
  known === "*" ||
  (known.includes(etag) &&
    known
      .split(",")
      .map(one => one.trim().replace(/^W\//, ""))
      .includes(etag));
