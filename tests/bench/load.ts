/**
 * Asks one path again and again over some connections, and prints how many answers came: `bun load.ts <host> <port> <path> <key> <seconds> <connections>`.
 * A program of its own, on bare sockets, so that the client costs as little as it can.
 */
const [host = "", port = "", path = "", key = "", seconds = "1", connections = "16"] = process.argv.slice(2);
const request = `GET ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\nX-API-Key: ${key}\r\n\r\n`;
const end = performance.now() + Number(seconds) * 1000;
const mark = Buffer.from("HTTP/1.1 200");
let answers = 0;
let other = 0;

async function connect(): Promise<void> {
  const closed = Promise.withResolvers<void>();
  await Bun.connect({
    hostname: host,
    port: Number(port),
    socket: {
      open: socket => void socket.write(request),
      data(socket, data) {
        if (data.indexOf(mark) === 0) answers++;
        else if (data.indexOf("HTTP/1.1") === 0) other++;
        else return; // the rest of an answer that came in two pieces
        if (performance.now() < end) socket.write(request);
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
