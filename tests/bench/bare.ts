/**
 * The least that Bun can do: the same answer, without a router, a key or a log. Prints its address.
 * `bun bare.ts <JSON>` answers a value; `bun bare.ts --file <file> [etag]` the bytes of a file, and 304 to who names the ETag.
 */
const [first = "{}", file = "", etag = ""] = process.argv.slice(2);
const headers = { "content-type": "application/json;charset=utf-8", ...(etag && { etag }) };

async function answerBytes(): Promise<(request: Request) => Response> {
  const body = await Bun.file(file).text();
  if (!etag) return () => new Response(body, { headers });
  return request =>
    request.headers.get("if-none-match") === etag
      ? new Response(null, { status: 304, headers: { etag } })
      : new Response(body, { headers });
}

const value = first === "--file" ? undefined : JSON.parse(first);
const fetch = first === "--file" ? await answerBytes() : () => Response.json(value);
const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch });
console.log(`http://127.0.0.1:${server.port}`);

export {};
