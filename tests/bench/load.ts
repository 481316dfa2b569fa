/**
 * Asks one path again and again over some connections, and prints how many whole answers came:
 * `bun load.ts <host> <port> <path> <key> <seconds> <connections> [If-None-Match]`.
 * A program of its own, on bare sockets, so that the client costs as little as it can. Several paths, with a comma between, are asked in turn.
 */
const [host = "", port = "", paths = "", key = "", seconds = "1", connections = "16", known = ""] =
  process.argv.slice(2);
const asking = paths
  .split(",")
  .map(path => `GET ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\nX-API-Key: ${key}\r\n${condition()}\r\n`);
const end = performance.now() + Number(seconds) * 1000;
let next = 0;
let answers = 0;
let other = 0;

function condition(): string {
  return known ? `If-None-Match: ${known}\r\n` : "";
}

const request = () => asking[next++ % asking.length]!;

/** Characters in which an answer's head is looked for. */
const HEAD = 2048;

/** Bytes that an answer has after what came of it first; nothing when its head is not whole yet. */
function missing(first: Buffer): number | undefined {
  const text = first.toString("latin1", 0, Math.min(first.length, HEAD));
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return;
  if (text.startsWith("HTTP/1.1 200") || text.startsWith("HTTP/1.1 304")) answers++;
  else other++;
  const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
  return text.startsWith("HTTP/1.1 304") ? 0 : end + 4 + length - first.length;
}

async function connect(): Promise<void> {
  const closed = Promise.withResolvers<void>();
  let left = 0;
  let begun: Buffer = Buffer.alloc(0);
  await Bun.connect({
    hostname: host,
    port: Number(port),
    socket: {
      open: socket => void socket.write(request()),
      data(socket, data) {
        if (left > 0) left -= data.length;
        else {
          begun = begun.length > 0 ? Buffer.concat([begun, data]) : data;
          const rest = missing(begun);
          if (rest === undefined) return;
          left = rest;
          begun = Buffer.alloc(0);
        }
        if (left > 0) return;
        if (performance.now() < end) socket.write(request());
        else socket.end();
      },
      close: () => closed.resolve(),
      error: () => closed.resolve(),
    },
  });
  await closed.promise;
}

const from = performance.now();
await Promise.all(Array.from({ length: Number(connections) }, connect));
console.log(JSON.stringify({ perSecond: answers / ((performance.now() - from) / 1000), other }));

export {};
